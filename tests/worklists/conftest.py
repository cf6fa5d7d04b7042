import pytest

from engine.database import Database
from tests.people import Cast
from tests.worklists.house import House


@pytest.fixture
def house(database: Database, cast: Cast) -> House:
    return House(database, cast)
