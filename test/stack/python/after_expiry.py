# Tries each kind of request after so many seconds; prints as JSON what came of each: an error, or null.
import json
import os
import sys
import tempfile
import time

import mlflow
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

run_id, experiment_id, artifact_uri, name, seconds = sys.argv[1:]
time.sleep(float(seconds))
client = mlflow.MlflowClient()


def outcome(work):
    try:
        work()
    except Exception as error:
        return "{}: {}".format(type(error).__name__, error)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write("late")
    results = {
        "log_metric": outcome(lambda: client.log_metric(run_id, name, 1)),
        "log_artifact": outcome(lambda: client.log_artifact(run_id, path)),
        # What is left of log_artifact where the program has uploaded to the run before: the SDK remembers where to.
        "upload": outcome(lambda: get_artifact_repository(artifact_uri).log_artifact(path, "uploaded")),
        "search": outcome(lambda: client.search_runs([experiment_id])),
    }
print("results:", json.dumps(results))
