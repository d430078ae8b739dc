# Prints the workspace in which a run is recorded.
import os

import mlflow

mlflow.set_experiment("workspace-" + os.urandom(4).hex())
with mlflow.start_run() as run:
    print("workspace:", run.info.artifact_uri.partition("/workspaces/")[2].split("/")[0])
