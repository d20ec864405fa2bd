"""The parts of recognition, put together once for whoever runs: server, command, test."""

from dataclasses import dataclass

from points_api.consents.notice import Notices
from points_api.crypto.keyring import Keyring
from points_api.eligibility.standing import Standings
from points_api.partners.service import Exchange
from points_api.recognitions.batches import Batches
from points_api.recognitions.codes import HostCities, VisitCodes
from points_api.recognitions.home import Home
from points_api.recognitions.host import Host
from points_api.recognitions.looking import Looking
from points_api.recognitions.looks import CityLooks
from points_api.recognitions.sealing import VisitSeal
from points_api.scenarios.live import LiveScenarios
from points_api.scores.service import Scores


@dataclass(frozen=True, slots=True)
class Recognitions:
    """Codes and answers at home, visitors as a host, and what residents see of it."""

    codes: VisitCodes
    home: Home
    batches: Batches
    host: Host
    hosts: HostCities
    looks: CityLooks


def compose(
    exchange: Exchange,
    keyring: Keyring,
    scores: Scores,
    notices: Notices,
    live: LiveScenarios,
    standings: Standings,
) -> Recognitions:
    """Put them together."""
    seal, hosts = VisitSeal(keyring), HostCities(exchange.profiles)
    home = Home(exchange, seal, Looking(exchange.profiles.own, keyring, scores, notices))
    return Recognitions(
        codes=VisitCodes(seal, hosts, keyring),
        home=home,
        batches=Batches(home),
        host=Host(exchange, keyring, live, standings.overdue),
        hosts=hosts,
        looks=CityLooks(hosts),
    )
