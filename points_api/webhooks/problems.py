"""Refusals of endpoints."""

from points_api.problem import Problem


class UrlRefused(Problem):
    slug, status, errcode = "webhook-url-refused", 422, 42266
    about = ("body", "#/url")
    title = ("不能推送到这个地址", "Nothing can be pushed to this address")


class TooManyEndpoints(Problem):
    slug, status, errcode = "too-many-webhooks", 409, 40960
    title = ("推送地址太多", "Too many webhook endpoints")


class EndpointDisabled(Problem):
    slug, status, errcode = "webhook-disabled", 409, 40961
    title = ("这个推送地址已停用", "The webhook endpoint is disabled")

    def __init__(self) -> None:
        super().__init__("请先用 PATCH 改为 active", "Set its state to active by PATCH first")


class StillWaiting(Problem):
    slug, status, errcode = "webhook-message-waiting", 409, 40964
    title = ("这条消息还在等待送达", "The message is still to be delivered")
