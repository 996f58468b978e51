"""The OPC UA server: the nodes of the model, who is signed in, and the way from call to service.

Whoever connects signs in with an API key as the password. Calls run in threads, so one that waits
for the database keeps no other line waiting.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from asyncua import ua
from asyncua.common.structures104 import new_struct, new_struct_field
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.internal_server import InternalServer
from asyncua.server.internal_session import InternalSession
from asyncua.server.server import Server
from asyncua.server.user_managers import UserManager
from asyncua.ua.status_codes import StatusCodes

from packtrail.base.errors import PacktrailError
from packtrail.openscs.callers import Caller
from packtrail.openscs.methods import MANAGERS, Argument, Method
from packtrail.openscs.words import NAMESPACE, Numbers, ReturnCode, State
from packtrail.services.accounts import keys

if TYPE_CHECKING:
    from asyncua.common.node import Node

    from packtrail.access import Actor
    from packtrail.services.application import Application

_LOG = logging.getLogger(__name__)
_NAME: Final = "Packtrail OPEN-SCS"
_DENIED: Final = ua.StatusCode(ua.UInt32(StatusCodes.BadUserAccessDenied))
_UNAVAILABLE: Final = ua.StatusCode(ua.UInt32(StatusCodes.BadResourceUnavailable))


@dataclass
class _SignedIn(User):
    """A user of a session, with who they are here."""

    actor: Actor | None = None


_USER: ContextVar[_SignedIn | None] = ContextVar("openscs_user", default=None)


class _Session(InternalSession):
    async def call(self, params: list[ua.CallMethodRequest]) -> list[ua.CallMethodResult]:
        """Run methods, which see whose session it is."""
        mark = _USER.set(self.user if isinstance(self.user, _SignedIn) else None)
        try:
            return await super().call(params)
        finally:
            _USER.reset(mark)


class _InternalServer(InternalServer):
    def create_session(
        self,
        name: str,
        user: User | None = None,
        external: bool = False,  # noqa: FBT001, FBT002 - as asyncua has it
    ) -> InternalSession:
        who = user or User(role=UserRole.Anonymous)
        return _Session(
            self, self.aspace, self.subscription_service, name, user=who, external=external
        )


class _Keys(UserManager):
    """Signs users in: the password is an API key of Packtrail, the name is theirs to choose."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def get_user(
        self,
        iserver: InternalServer,  # noqa: ARG002 - as asyncua has it
        username: str | None = None,
        password: str | bytes | None = None,
        certificate: Any = None,  # noqa: ARG002 - as asyncua has it
    ) -> User | None:
        secret = password.decode(errors="replace") if isinstance(password, bytes) else password
        if not secret:
            return None
        try:
            actor = keys.authenticate_api_key(self._app, secret)
        except PacktrailError as error:
            _LOG.info("sign-in of %r refused: %s", (username or "")[:40], error)
            return None
        return _SignedIn(role=UserRole.User, name=actor.name, actor=actor)


@dataclass(frozen=True, slots=True)
class Protection:
    """Certificate and key with which the server encrypts its channels."""

    certificate: Path
    private_key: Path


async def build(app: Application, endpoint: str, protection: Protection | None = None) -> Server:
    """Return a server that is set up and not started.

    Args:
        app: The application.
        endpoint: `opc.tcp://host:port/path`; port 0 takes a free one.
        protection: With it only encrypted channels are taken; without, only plain ones.
    """
    server = Server(iserver=_InternalServer(user_manager=_Keys(app)))
    await server.init()
    server.set_endpoint(endpoint)
    server.set_server_name(_NAME)
    server.set_identity_tokens([ua.UserNameIdentityToken])
    if protection is None:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    else:
        server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        await server.load_certificate(str(protection.certificate))
        await server.load_private_key(str(protection.private_key))
    index = await server.register_namespace(NAMESPACE)
    await _Model(server, index, app).build()
    return server


class _Model:
    """The nodes of OPEN-SCS in an address space."""

    def __init__(self, server: Server, index: int, app: Application) -> None:
        self._server, self._index, self._app = server, index, app
        self._secret = secrets.token_bytes(32)
        self._types: dict[str, Node] = {}
        self._classes: dict[str, Any] = {}

    async def build(self) -> None:
        """Add data types, the managers with their methods and limits, and the states."""
        await self._add_types()
        for name, manager in MANAGERS.items():
            node = await self._server.nodes.objects.add_object(self._index, name)
            for limit, value in manager.limits.items():
                await node.add_property(
                    self._index, limit, ua.Variant(value, ua.VariantType.UInt32)
                )
            for method in manager.methods:
                await self._add_method(node, method)
        states = await self._server.nodes.objects.add_object(self._index, "SIDClass")
        await states.add_property(self._index, "States", [each.name for each in State])

    async def _add_types(self) -> None:
        text = ua.VariantType.String
        pair = await self._struct("KeyValue", [("Key", text, False), ("Value", text, False)])
        await self._struct(
            "Collection",
            [
                *((name, text, False) for name in ("ID", "Description", "State")),
                ("AssociatedPoolID", text, False),
                ("SerialNumbers", text, True),
            ],
        )
        label = await self._struct("Label", [("ID", text, False), ("LabelProperties", pair, True)])
        await self._struct(
            "LabelCollection",
            [("LabelCollection", label, True), ("LabelCollectionProperties", pair, True)],
        )
        await self._struct(
            "Aggregation",
            [("ParentElement", text, False), ("ParentElementCollection", text, True)],
        )
        await self._server.load_data_type_definitions()
        # asyncua keeps the classes of a process in one place, and makes each once.
        self._classes = {name: getattr(ua, name) for name in self._types}

    async def _struct(self, name: str, fields: Sequence[tuple[str, Any, bool]]) -> Node:
        made = [new_struct_field(field, kind, array=is_array) for field, kind, is_array in fields]
        node, _ = await new_struct(self._server, self._index, name, made)
        self._types[name] = node
        return node

    async def _add_method(self, manager: Node, method: Method) -> None:
        await manager.add_method(
            self._index,
            method.name,
            self._run(method.call),
            [self._argument(each) for each in method.inputs],
            [self._argument(each) for each in method.outputs],
        )

    def _argument(self, told: Argument) -> ua.Argument:
        known = getattr(ua.VariantType, told.type, None)
        data_type = ua.NodeId(known.value) if known else self._types[told.type].nodeid
        rank = ua.ValueRank.OneDimension if told.is_array else ua.ValueRank.Scalar
        return ua.Argument(
            Name=told.name,
            DataType=data_type,
            ValueRank=rank,
            Description=ua.LocalizedText(told.name),
        )

    def _run(self, call: Callable[..., Sequence[Any]]) -> Callable[..., Any]:
        """Return what OPC UA calls: it finds the caller, and answers in variants."""

        async def run(_parent: ua.NodeId, *arguments: ua.Variant) -> Any:
            user = _USER.get()
            if user is None or user.actor is None:
                return _DENIED
            caller = Caller(self._app, user.actor, self._secret)
            values = [each.Value for each in arguments]
            try:
                found = await asyncio.to_thread(call, caller, *values)
            except PacktrailError:
                # Nothing the line did wrong: it may call again with the same id.
                _LOG.exception("a call of OPEN-SCS failed")
                return _UNAVAILABLE
            return [self._variant(each) for each in found]

        return run

    def _variant(self, value: Any) -> ua.Variant:
        if isinstance(value, ReturnCode):
            return ua.Variant(int(value), ua.VariantType.Int32)
        if isinstance(value, Numbers):
            made = self._classes["Collection"]()
            made.ID, made.Description, made.State = value.id, value.description, value.state
            made.AssociatedPoolID, made.SerialNumbers = value.pool, list(value.serials)
            return ua.Variant(made, ua.VariantType.ExtensionObject)
        return ua.Variant(str(value), ua.VariantType.String)
