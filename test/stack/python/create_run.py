# Creates a run, and prints what names it, as JSON.
import json

import mlflow

experiment_id = mlflow.set_experiment("expiry").experiment_id
with mlflow.start_run() as run:
    print("run:", json.dumps([run.info.run_id, experiment_id, run.info.artifact_uri]))
