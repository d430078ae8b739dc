# Counts what a run holds: the metrics in all histories of its workers, and their artifacts.
import sys

import mlflow

client = mlflow.MlflowClient()
run = client.get_run(sys.argv[1])
metrics = artifacts = 0
for key in run.data.metrics:
    steps = [point.step for point in client.get_metric_history(run.info.run_id, key)]
    assert sorted(steps) == list(range(len(steps))), (key, steps)
    metrics += len(steps)
    artifacts += len(client.list_artifacts(run.info.run_id, key))
print("metrics:", metrics, "artifacts:", artifacts)
