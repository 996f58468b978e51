"""The room of alerts: lists, a case worked off by forms, rules, drafts."""

from __future__ import annotations
