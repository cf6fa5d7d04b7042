import pytest
from flask import Flask

from engine.database import Database
from tests.web.site import Browser, make_site


@pytest.fixture(params=["sqlite"])
def kind(request: pytest.FixtureRequest) -> str:
    """Pages are the same over either database: the embedded one serves."""
    return str(request.param)


@pytest.fixture
def site(database: Database) -> Flask:
    return make_site()


@pytest.fixture
def browser(site: Flask) -> Browser:
    return Browser(site)
