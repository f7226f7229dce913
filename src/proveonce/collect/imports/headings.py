"""What people call the columns of their lists of changes, joiners, leavers, tickets, trainings and assets.

Data only: headings are compared without case and punctuation, the first that a table has is taken, and a
column's own name is always one of them. A workspace names others in `proveonce.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping

_PERSON = ("employee", "employee name", "name", "full name", "user", "staff member", "worker")
_TICKET_ID = ("number", "ticket", "ticket id", "ticket number", "key", "issue key", "reference")
_TITLE = ("summary", "short description", "subject", "description", "name")

HEADINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "change": {
        "id": ("change", "change id", "change number", "change request", "rfc", *_TICKET_ID),
        "title": _TITLE,
        "kind": ("type", "change type", "category"),
        "requested_by": ("requester", "requestor", "reporter", "opened by", "author", "created by"),
        "approved_by": ("approver", "approval by", "approvers", "authorised by", "authorized by"),
        "tested_by": ("tester", "test by", "verified by", "qa"),
        "implemented_by": ("implementer", "implementor", "deployed by", "assignee", "released by", "merged by"),
        "requested_on": ("requested", "request date", "created", "created on", "opened", "opened on", "open date"),
        "approved_on": ("approved", "approval date", "approved at", "date approved"),
        "implemented_on": ("implemented", "implementation date", "deployed", "deployed on", "deployment date",
                           "released on", "actual end", "date implemented"),
        "status": ("state",),
        "is_emergency": ("emergency", "emergency change"),
        "system": ("application", "service", "component", "configuration item", "environment"),
        "rollback": ("back out plan", "backout plan", "rollback plan", "back out", "backout"),
        "impact": ("security impact", "impact analysis", "impact assessment", "risk"),
    },
    "joiner": {
        "person": (*_PERSON, "new hire"),
        "id": ("employee id", "worker id", "personnel number", "staff id"),
        "role": ("job title", "title", "position", "job"),
        "manager": ("line manager", "reports to", "supervisor"),
        "started_on": ("start date", "started", "hire date", "date of hire", "hired on", "joined", "joined on"),
        "screened_on": ("screening date", "background check", "background check date", "screened",
                        "background check completed"),
        "agreement_signed_on": ("agreement signed", "nda signed", "confidentiality agreement", "policy acknowledged",
                                "contract signed"),
        "access_approved_by": ("approved by", "approver", "access approver"),
        "access_granted_on": ("access granted", "access date", "provisioned", "provisioned on", "account created"),
    },
    "leaver": {
        "person": (*_PERSON, "leaver"),
        "id": ("employee id", "worker id", "personnel number", "staff id"),
        "user_name": ("username", "login", "iam user", "aws user", "account name", "user id"),
        "left_on": ("leave date", "left", "last day", "last working day", "termination date", "terminated on",
                    "end date", "departure date"),
        "access_removed_on": ("access removed", "access revoked", "access revoked on", "revoked on", "deprovisioned",
                              "deprovisioned on", "disabled on", "removal date"),
        "assets_returned_on": ("assets returned", "equipment returned", "returned on", "devices returned"),
        "is_involuntary": ("involuntary", "for cause"),
    },
    "ticket": {
        "id": ("incident", "incident id", "incident number", *_TICKET_ID),
        "title": _TITLE,
        "kind": ("type", "issue type", "ticket type", "category"),
        "severity": ("priority", "sev"),
        "opened_on": ("opened", "created", "created on", "open date", "reported on", "detected on"),
        "closed_on": ("closed", "resolved", "resolved on", "close date", "resolution date"),
        "owner": ("assignee", "assigned to", "handler", "responsible"),
        "root_cause": ("cause", "root cause analysis", "rca"),
        "status": ("state",),
    },
    "training": {
        "person": (*_PERSON, "learner", "attendee", "participant", "trainee"),
        "id": ("employee id", "worker id", "personnel number", "staff id"),
        "course": ("training", "course name", "course title", "module", "title"),
        "completed_on": ("completed", "completion date", "date completed", "finished on"),
        "due_on": ("due", "due date", "deadline"),
        "score": ("result", "grade", "quiz score"),
        "acknowledged": ("acknowledgement", "acknowledgment", "policy acknowledged"),
    },
    "asset": {
        "id": ("asset", "asset id", "asset tag", "asset number", "serial number"),
        "name": ("asset name", "hostname", "description", "title"),
        "kind": ("type", "asset type", "category", "class"),
        "owner": ("asset owner", "responsible", "assigned to", "custodian"),
        "classification": ("data classification", "sensitivity", "confidentiality"),
        "location": ("site", "place", "region"),
        "in_scope": ("scope", "pci scope", "compliance scope"),
        "reviewed_on": ("reviewed", "review date", "last reviewed", "last review", "last verified"),
        "resource_arn": ("arn", "aws arn"),
    },
}  # fmt: skip
"""Kind of records → column → headings, besides the column's own name."""
