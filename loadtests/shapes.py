"""How many residents are there at which second: a steady evening, or a notice on the radio.

Both end by themselves. The options `--crowd`, `--seconds` and `--shape` come from `locustfile.py`.
"""

from locust import LoadTestShape

SPIKE = 4  # times the steady crowd, for a fifth of the time


class Crowd(LoadTestShape):
    """Ramps up over a tenth of the time, holds, and in the shape `spike` bursts in the middle."""

    use_common_options = False

    def tick(self) -> tuple[int, float] | None:
        """Return the wanted number of users and how many may start per second; None: the end."""
        options = self.runner.environment.parsed_options if self.runner else None
        elapsed = self.get_run_time()
        if options is None or elapsed >= options.seconds:
            return None
        part = elapsed / options.seconds
        crowd = max(1, int(options.crowd * min(1.0, part / 0.1)))
        if options.shape == "spike" and 0.4 <= part < 0.6:
            crowd *= SPIKE
        return crowd, max(1.0, float(options.crowd))
