"""Traffic as residents make it, driven by Locust over HTTP and nothing else.

Imports nothing of ours: what cannot be done with the public addresses cannot be tested here, and
Locust replaces the sockets of its process, which neither the application nor pytest would survive.
"""
