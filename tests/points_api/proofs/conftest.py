from tests.points_api.verifications.conftest import application, resident  # noqa: F401 - fixtures
