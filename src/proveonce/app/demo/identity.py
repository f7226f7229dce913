"""Makes the users, groups, roles and policies of `people`."""

from __future__ import annotations

import json
from typing import Any

from proveonce.app.demo import people
from proveonce.app.demo.cloud import Cloud
from proveonce.app.demo.people import Role, User
from proveonce.app.demo.places import ACCOUNTS, US_EAST, Place


def seed_identity(cloud: Cloud) -> None:
    """IAM of both accounts."""
    for account in ACCOUNTS:
        place = Place(account, US_EAST)
        iam = cloud.client(place, "iam")
        iam.update_account_password_policy(**people.PASSWORD_POLICIES[account])
        for name, document in people.POLICIES[account].items():
            made = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
            cloud.remember(place, name, made["Policy"]["Arn"])
        _groups(cloud, place, iam)
        for user in people.USERS[account]:
            _user(cloud, place, iam, user)
        for role in people.ROLES[account]:
            _role(cloud, place, iam, role)


def _groups(cloud: Cloud, place: Place, iam: Any) -> None:
    for name, attached in people.GROUPS[place.account].items():
        iam.create_group(GroupName=name)
        cloud.remember(place, name, name)
        for policy in attached:
            iam.attach_group_policy(GroupName=name, PolicyArn=cloud.known(place, policy))
    for name, document in people.GROUP_INLINE[place.account].items():
        iam.put_group_policy(GroupName=name, PolicyName="inline", PolicyDocument=json.dumps(document))


def _user(cloud: Cloud, place: Place, iam: Any, user: User) -> None:
    iam.create_user(UserName=user.name)
    cloud.remember(place, user.name, user.name)
    for group in user.groups:
        iam.add_user_to_group(GroupName=group, UserName=user.name)
    if user.console:
        iam.create_login_profile(UserName=user.name, Password="demo-Only-9!", PasswordResetRequired=False)  # noqa: S106 - a simulator's
    if user.mfa:
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user.name)["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(
            UserName=user.name, SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
        )
    if user.key_rotated_days is not None:
        iam.create_access_key(UserName=user.name)
    if user.inline:
        iam.put_user_policy(UserName=user.name, PolicyName="inline", PolicyDocument=json.dumps(user.inline))


def _role(cloud: Cloud, place: Place, iam: Any, role: Role) -> None:
    iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=json.dumps(role.trusts))
    cloud.remember(place, role.name, f"arn:aws:iam::{place.account}:role/{role.name}")
    if role.allows:
        iam.put_role_policy(RoleName=role.name, PolicyName="inline", PolicyDocument=json.dumps(role.allows))
    if role.attached:
        iam.attach_role_policy(RoleName=role.name, PolicyArn=cloud.known(place, role.attached))
