"""What is compiled at a first run is told where a person looks, and told once."""

from numba.core import event

from points_api.cli import compiling, terminal


def test_a_pipe_is_told_once_that_the_pass_is_being_compiled(capsys):
    with (
        terminal.progress("重新算分 rescoring") as meter,
        compiling.compiling_told(meter, "重新算分 rescoring"),
    ):
        for _ in range(2):
            with event.trigger_event("numba:compile"), event.trigger_event("numba:compile"):
                pass
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == compiling.TOLD + "\n"


def test_a_bar_is_named_after_it_and_has_its_own_name_again_at_the_end(monkeypatch):
    named = []

    class Bar(terminal.Meter):
        def __init__(self):
            pass

        def __call__(self, done, total=None, title=None):
            named.append(title)

    monkeypatch.setattr(terminal.err, "_force_terminal", True)
    with compiling.compiling_told(Bar(), "rescoring"), event.trigger_event("numba:compile"):
        assert named == [compiling.TOLD]
    assert named == [compiling.TOLD, "rescoring"]
