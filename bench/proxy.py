# One round of the benchmark of the proxy with the stock SDK: 300 metrics, and 200 MB up and down, as JSON of seconds.
import hashlib
import json
import os
import tempfile
import time

import mlflow

METRICS = 300
MEGABYTES = 200


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


mlflow.set_experiment("bench")
client = mlflow.MlflowClient()
with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
    run_id = run.info.run_id
    metrics, _ = timed(lambda: [client.log_metric(run_id, "m", step, step=step) for step in range(METRICS)])
    path = os.path.join(folder, "data.bin")
    content = os.urandom(1 << 20) * MEGABYTES
    with open(path, "wb") as file:
        file.write(content)
    up, _ = timed(lambda: client.log_artifact(run_id, path))
    os.mkdir(os.path.join(folder, "got"))
    down, got = timed(lambda: client.download_artifacts(run_id, "data.bin", os.path.join(folder, "got")))
    with open(got, "rb") as file:
        assert hashlib.sha256(file.read()).digest() == hashlib.sha256(content).digest()
print(json.dumps({"metrics": metrics, "up": up, "down": down}))
