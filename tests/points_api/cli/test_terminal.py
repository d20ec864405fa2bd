"""How far a command is: a bar on a terminal, lines in a pipe where it takes long."""

from points_api.cli import terminal


def test_in_a_pipe_the_beginning_and_the_end_are_told_and_not_every_step(capsys):
    with terminal.progress("城市 cities", in_pipe=True) as meter:
        for done in range(1001):
            meter(done, 1000)
    told = capsys.readouterr().err.splitlines()
    assert (told[0], told[-1]) == ("城市 cities 0/1000", "城市 cities 1000/1000")
    assert len(told) < 100


def test_what_is_over_soon_tells_a_pipe_nothing(capsys):
    with terminal.progress("重新算分 rescoring") as meter:
        meter(1, 1)
    assert capsys.readouterr().err == ""
