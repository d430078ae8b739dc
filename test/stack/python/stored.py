# Prints as JSON what a run holds: the names of its metrics and of its artifacts, those in folders as well.
import json
import sys

import mlflow

client = mlflow.MlflowClient()
paths = [one.path for folder in ("", "uploaded") for one in client.list_artifacts(sys.argv[1], folder) if not one.is_dir]
print("stored:", json.dumps(sorted(list(client.get_run(sys.argv[1]).data.metrics) + paths)))
