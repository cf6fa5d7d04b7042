import pytest
from tests.journeys.site import *
from tests.journeys.acts import *
@pytest.mark.parametrize("kind", ["sqlite"])
def test_probe(site):
    v = site.person("samir@example.dz", size=PHONE)
    ref = file_application(v)
    print(ref); print(v.text())
    a = site.person("amina")
    a.opens("/workqueue"); print(a.text())
    claim(a, ref); print(a.text())
    complete(a, **COMPLETE); print(a.text(), a.status)
    for x in site.visitors: print(x.complaints)
