# A job of any SDK from 2.9 on, which knows neither a workspace nor a login: a run, metrics, and an artifact of some size, up and down.
import hashlib
import os
import sys
import tempfile

import mlflow
from mlflow.tracking import MlflowClient

SIZE = int(sys.argv[1]) << 20

client = MlflowClient()
mlflow.set_experiment("by-proxy")
with mlflow.start_run() as run:
    mlflow.log_param("learning_rate", 2e-4)
    for step in range(20):
        mlflow.log_metric("loss", step, step=step)
    mlflow.set_tag("size", SIZE)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "data 100%.bin")
        content = os.urandom(1 << 20) * (SIZE >> 20)
        with open(path, "wb") as file:
            file.write(content)
        if "MARKS" in os.environ:
            tempfile.mkstemp(dir=os.environ["MARKS"])
        mlflow.log_artifact(path, "some folder")
        got = client.download_artifacts(run.info.run_id, "some folder/data 100%.bin", folder)
        with open(got, "rb") as file:
            same = hashlib.sha256(file.read()).digest() == hashlib.sha256(content).digest()
    history = client.get_metric_history(run.info.run_id, "loss")
print("version:", mlflow.__version__, "run:", run.info.run_id)
print("steps:", len(history), "same:", same, "uri:", mlflow.get_tracking_uri())
