"""Roles: who may cause an event."""

from enum import StrEnum


class Role(StrEnum):
    """Who may cause an event: roles of people, and services under their own name."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    EXAMINER = "examiner"
    FRONTDESK = "service:frontdesk"
    ISSUANCE = "service:issuance"
