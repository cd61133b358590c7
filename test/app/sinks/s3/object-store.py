"""A bucket of moto on loopback. Arguments: port, bucket, mode of its default retention or `none`."""

import sys

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

port, bucket, mode = int(sys.argv[1]), sys.argv[2], sys.argv[3]
ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False).start()
store = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{port}",
    region_name="eu-central-1",
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="wJalrXUtnFEMI",
    config=Config(proxies={}),
)
location = {"LocationConstraint": "eu-central-1"}
store.create_bucket(Bucket=bucket, CreateBucketConfiguration=location, ObjectLockEnabledForBucket=mode != "none")
if mode != "none":
    rule = {"DefaultRetention": {"Mode": mode, "Days": 1}}
    store.put_object_lock_configuration(
        Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
print("ready", flush=True)
sys.stdin.read()
