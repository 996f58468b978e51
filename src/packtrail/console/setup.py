"""Setup: the organisation, its users and its API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission, RoleName
from packtrail.access.codes import WEAK_PASSWORD
from packtrail.base.errors import NotFound, RefusedError
from packtrail.console import templates
from packtrail.console.mail_links import wanted
from packtrail.console.visit import redirect, without_nul
from packtrail.services.accounts import account_changes, accounts, keys, organisations
from packtrail.services.mail import outbox, preferences, unsubscribing

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.accounts.keys import NewApiKey

DAYS_DIGITS_MAX = 4


def organisation(visit: Visit) -> Response:
    """Show the own organisation and those it works with."""
    return _organisation(visit)


def allow_recording(visit: Visit) -> Response:
    """Let a partner record events for the own organisation."""
    try:
        organisations.allow_recording(visit.app, visit.who, visit.sent("partner").strip())
    except RefusedError as refusal:
        return _organisation(visit, refusal=refusal)
    return redirect("/setup")


def users(visit: Visit) -> Response:
    """Show the users of the organisation."""
    return _users(visit)


def create_user(visit: Visit) -> Response:
    """Open an account, then show the list again."""
    name = visit.sent("name").strip()
    try:
        accounts.create_user(
            visit.app,
            visit.who,
            name,
            role=visit.sent("role"),
            display_name=visit.sent("display_name").strip(),
            password=visit.sent("password") or None,
        )
    except RefusedError as refusal:
        return _users(visit, refusal=refusal)
    return redirect("/setup/users")


def change_user(visit: Visit) -> Response:
    """Disable a user, enable one again, or change a role; it holds at once."""
    name, wanted = visit.sent("name"), visit.sent("change")
    try:
        if wanted == "role":
            account_changes.change_role(visit.app, visit.who, name, visit.sent("role"))
        elif wanted == "disable":
            account_changes.disable_user(visit.app, visit.who, name)
        elif wanted == "enable":
            account_changes.enable_user(visit.app, visit.who, name)
    except RefusedError as refusal:
        return _users(visit, refusal=refusal)
    return redirect("/setup/users")


def account(visit: Visit) -> Response:
    """Show the own account, with the form for another password."""
    return _account(visit)


def change_password(visit: Visit) -> Response:
    """Give oneself another password."""
    try:
        _check_twice(visit)
        account_changes.change_own_password(
            visit.app,
            visit.who,
            visit.session or "",
            current=visit.sent("current"),
            new=visit.sent("new"),
        )
    except RefusedError as refusal:
        return _account(visit, refusal=refusal)
    return _account(visit, is_changed=True)


def change_mail(visit: Visit) -> Response:
    """Say where one gets mails, and how often digests."""
    try:
        preferences.put(
            visit.app,
            visit.who,
            address=visit.sent("address"),
            is_on=visit.sent("is_on") == "yes",
            rhythm=visit.sent("rhythm") or preferences.Rhythm.AS_PLANNED,
        )
    except RefusedError as refusal:
        return _account(visit, refusal=refusal)
    return _account(visit, is_mail_changed=True)


def ask_mail(visit: Visit) -> Response:
    """Mail one's own address the link that confirms it, once more."""
    try:
        preferences.ask_own(visit.app, visit.who)
    except NotFound:
        raise
    except RefusedError as refusal:
        return _account(visit, refusal=refusal)
    return redirect("/setup/account")


def choose_mail(visit: Visit) -> Response:
    """Say which kinds of mail one's own address gets."""
    try:
        unsubscribing.choose_own(visit.app, visit.who, wanted(visit))
    except NotFound:
        raise
    except RefusedError as refusal:
        return _account(visit, refusal=refusal)
    return redirect("/setup/account")


def _check_twice(visit: Visit) -> None:
    if visit.sent("new") != visit.sent("again"):
        raise RefusedError(WEAK_PASSWORD.found("The two new passwords differ.", at="again"))


def _account(
    visit: Visit,
    *,
    refusal: RefusedError | None = None,
    is_changed: bool = False,
    is_mail_changed: bool = False,
) -> Response:
    wish = preferences.own(visit.app, visit.who)
    return templates.render(
        visit,
        "setup_account.html",
        status=_status(refusal),
        findings=_findings(refusal),
        is_changed=is_changed,
        is_mail_changed=is_mail_changed,
        mails_on=outbox.is_on(visit.app.settings),
        wish=wish,
        told=unsubscribing.of_own(visit.app, visit.who) if wish.confirmed_at else None,
        rhythms=_RHYTHMS,
        sent_address=visit.sent("address") if refusal else "",
        needs_current=account_changes.needs_current_password(visit.app, visit.session or ""),
    )


_RHYTHMS = (
    ("as_planned", "On the days of the programme"),
    ("daily", "Every working day"),
    ("weekly", "On Mondays"),
    ("never", "Never"),
)


def create_link(visit: Visit) -> Response:
    """Make a one-time sign-in link and show it, once."""
    name = visit.sent("name")
    try:
        token = accounts.create_sign_in_link(visit.app, visit.who, name)
    except RefusedError as refusal:
        return _users(visit, refusal=refusal)
    address = str(visit.request.base_url).rstrip("/") + f"/sign-in/{token}"
    return _users(visit, link=(name, address))


def api_keys(visit: Visit) -> Response:
    """Show the API keys of the organisation."""
    return _keys(visit)


def create_api_key(visit: Visit) -> Response:
    """Make a key and show its secret, once."""
    days = visit.sent("days").strip()
    is_number = days.isascii() and days.isdigit() and len(days) <= DAYS_DIGITS_MAX
    scopes = [without_nul(each) for each in visit.form.getlist("scope") if isinstance(each, str)]
    try:
        made = keys.create_api_key(
            visit.app,
            visit.who,
            visit.sent("name").strip(),
            scopes=scopes,
            days=int(days) if is_number else (None if not days else 0),
        )
    except RefusedError as refusal:
        return _keys(visit, refusal=refusal)
    return _keys(visit, made=made)


def revoke_api_key(visit: Visit) -> Response:
    """End a key at once."""
    keys.revoke_api_key(visit.app, visit.who, visit.sent("key_id"))
    return redirect("/setup/api-keys")


def _findings(refusal: RefusedError | None) -> tuple[Finding, ...]:
    return refusal.findings if refusal else ()


def _status(refusal: RefusedError | None) -> int:
    return 422 if refusal else 200


def _organisation(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    return templates.render(
        visit,
        "setup_organisation.html",
        status=_status(refusal),
        rows=organisations.organisations(visit.app, visit.who),
        findings=_findings(refusal),
        partner=visit.sent("partner"),
    )


def _users(
    visit: Visit,
    *,
    refusal: RefusedError | None = None,
    link: tuple[str, str] | None = None,
) -> Response:
    return templates.render(
        visit,
        "setup_users.html",
        status=_status(refusal),
        rows=accounts.users(visit.app, visit.who),
        roles=[role.value for role in RoleName],
        findings=_findings(refusal),
        sent={name: visit.sent(name) for name in ("name", "display_name", "role")},
        link=link,
    )


def _keys(
    visit: Visit,
    *,
    refusal: RefusedError | None = None,
    made: NewApiKey | None = None,
) -> Response:
    return templates.render(
        visit,
        "setup_keys.html",
        status=_status(refusal),
        rows=keys.api_keys(visit.app, visit.who),
        scopes=[scope for scope in Permission if visit.who.may(scope)],
        days_default=visit.app.settings.api_key_for_days,
        findings=_findings(refusal),
        sent_name="" if made else visit.sent("name"),
        made=made,
    )
