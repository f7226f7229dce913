scoutsuite_results =
{
 "account_id": "123456789012",
 "environment": null,
 "last_run": {
  "ruleset_name": "default",
  "run_parameters": {
   "excluded_regions": [],
   "regions": [
    "us-east-1"
   ],
   "services": [
    "s3"
   ],
   "skipped_services": []
  },
  "time": "2026-11-24 03:08:12+0000",
  "version": "5.14.0"
 },
 "partition": "aws",
 "provider_code": "aws",
 "provider_name": "Amazon Web Services",
 "result_format": "json",
 "service_groups": {
  "compute": {
   "summaries": {
    "external_attack_surface": {}
   }
  },
  "database": {
   "summaries": {
    "external_attack_surface": {}
   }
  }
 },
 "service_list": [
  "s3"
 ],
 "services": {
  "s3": {
   "buckets": {
    "scoutid-8b2952b5ddb59669f7b51111241750f2f0b39520": {
     "CreationDate": "2026-11-24 03:07:33+00:00",
     "arn": "arn:aws:s3:::acme-demo-logs/*",
     "default_encryption_algorithm": null,
     "default_encryption_enabled": false,
     "default_encryption_key": null,
     "grantees": {
      "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a": {
       "DisplayName": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a",
       "permissions": {
        "read": true,
        "read_acp": true,
        "write": true,
        "write_acp": true
       }
      }
     },
     "id": "scoutid-8b2952b5ddb59669f7b51111241750f2f0b39520",
     "logging": "Disabled",
     "name": "acme-demo-logs",
     "public_access_block_configuration": {
      "BlockPublicAcls": true,
      "BlockPublicPolicy": true,
      "IgnorePublicAcls": true,
      "RestrictPublicBuckets": true
     },
     "region": "us-east-1",
     "secure_transport_enabled": false,
     "version_mfa_delete_enabled": false,
     "versioning_status_enabled": false,
     "web_hosting_enabled": false
    },
    "scoutid-db5dcf75c32753077eb06282594ec157f67c58b5": {
     "CreationDate": "2026-11-24 03:07:33+00:00",
     "arn": "arn:aws:s3:::acme-demo-data/*",
     "default_encryption_algorithm": null,
     "default_encryption_enabled": false,
     "default_encryption_key": null,
     "grantees": {
      "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a": {
       "DisplayName": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a",
       "permissions": {
        "read": true,
        "read_acp": true,
        "write": true,
        "write_acp": true
       }
      }
     },
     "id": "scoutid-db5dcf75c32753077eb06282594ec157f67c58b5",
     "logging": "Disabled",
     "name": "acme-demo-data",
     "public_access_block_configuration": null,
     "region": "us-east-1",
     "secure_transport_enabled": false,
     "version_mfa_delete_enabled": false,
     "versioning_status_enabled": false,
     "web_hosting_enabled": false
    }
   },
   "buckets_count": 2,
   "findings": {
    "s3-bucket-AllUsers-read": {
     "checked_items": 2,
     "dashboard_name": "Bucket ACLs",
     "description": "Bucket world-listable (anonymous)",
     "display_path": "s3.buckets.id",
     "flagged_items": 0,
     "id_suffix": "read",
     "items": [],
     "level": "warning",
     "path": "s3.buckets.id.grantees.id",
     "service": "S3"
    },
    "s3-bucket-allowing-cleartext": {
     "checked_items": 2,
     "dashboard_name": "Buckets",
     "description": "Bucket Allowing Clear Text (HTTP) Communication",
     "flagged_items": 2,
     "id_suffix": "secure_transport_enabled",
     "items": [
      "s3.buckets.scoutid-8b2952b5ddb59669f7b51111241750f2f0b39520.secure_transport_enabled",
      "s3.buckets.scoutid-db5dcf75c32753077eb06282594ec157f67c58b5.secure_transport_enabled"
     ],
     "level": "warning",
     "path": "s3.buckets.id",
     "service": "S3"
    },
    "s3-bucket-no-versioning": {
     "checked_items": 2,
     "dashboard_name": "Buckets",
     "description": "Bucket without Versioning",
     "flagged_items": 2,
     "id_suffix": "versioning",
     "items": [
      "s3.buckets.scoutid-8b2952b5ddb59669f7b51111241750f2f0b39520.versioning",
      "s3.buckets.scoutid-db5dcf75c32753077eb06282594ec157f67c58b5.versioning"
     ],
     "level": "warning",
     "path": "s3.buckets.id",
     "service": "S3"
    },
    "s3-bucket-world-Get-policy": {
     "checked_items": 0,
     "dashboard_name": "Bucket Policy Statements",
     "description": "Get Actions Authorized to All Principals",
     "display_path": "s3.buckets.id",
     "flagged_items": 0,
     "items": [],
     "level": "danger",
     "path": "s3.buckets.id.policy.Statement.id",
     "service": "S3"
    }
   },
   "public_access_block_configuration": null
  }
 },
 "sg_map": {},
 "subnet_map": {}
}
