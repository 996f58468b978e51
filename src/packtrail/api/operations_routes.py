"""Operations: how the installation fares, for those who watch it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from packtrail.api.operations_schemas import BackupsOut, OperationsOut
from packtrail.api.requests import App, Caller
from packtrail.services.upkeep import backup_view, operations

router = APIRouter(prefix="/api/v1", tags=["Operations"])


@router.get("/operations", summary="How the store fares", response_model=OperationsOut)
def show_operations(app: App, actor: Caller) -> Any:
    """Return size, disk, last backup and chores, with a finding for each thing to look at."""
    return operations.operations(app, actor)


@router.get("/backups", summary="Backups and drills", response_model=BackupsOut)
def show_backups(app: App, actor: Caller) -> Any:
    """Return backups and drills, what is in no backup, and what to do next."""
    return backup_view.backups(app, actor)
