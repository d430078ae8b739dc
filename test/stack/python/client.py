# All that clients of any version can do, one thing after another; prints as JSON what came of each.
import hashlib
import json
import os
import tempfile

import mlflow

SMALL, LARGE = 1000, 30_000_000


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def goes_up_and_down(client, run_id, size):
    """Whether an artifact of so many bytes comes back as it was sent."""
    with tempfile.TemporaryDirectory() as folder:
        sent = os.path.join(folder, "artifact-{}.bin".format(size))
        with open(sent, "wb") as file:
            file.write(os.urandom(size))
        client.log_artifact(run_id, sent, "data")
        back = mlflow.artifacts.download_artifacts(
            artifact_uri="runs:/{}/data/{}".format(run_id, os.path.basename(sent)),
            dst_path=os.path.join(folder, "back"),
        )
        return digest(back) == digest(sent)


def main():
    client = mlflow.MlflowClient()
    # A name of its own: two clients that create the same experiment at once is something else.
    name = "clients-" + os.urandom(4).hex()
    experiment_id = mlflow.set_experiment(name).experiment_id
    with mlflow.start_run() as run:
        run_id = run.info.run_id
        mlflow.log_param("learning_rate", "0.1")
        for step in range(3):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        small = goes_up_and_down(client, run_id, SMALL)
        large = goes_up_and_down(client, run_id, LARGE)
    seen = client.get_run(run_id)
    found = client.search_runs([experiment_id], "params.learning_rate = '0.1'")
    client.create_registered_model(name)
    source = seen.info.artifact_uri + "/data"
    version = client.create_model_version(name, source, run_id).version
    model = mlflow.artifacts.download_artifacts(
        artifact_uri="models:/{}/{}/artifact-{}.bin".format(name, version, SMALL)
    )
    results = {
        "param": seen.data.params,
        "metric": [point.value for point in client.get_metric_history(run_id, "loss")],
        "artifact of 1 kB": small,
        "artifact of 30 MB": large,
        "search": [one.info.run_id for one in found] == [run_id],
        "registry": os.path.getsize(model) == SMALL,
        "owner": seen.info.user_id,
        "workspace": seen.info.artifact_uri.partition("/workspaces/")[2].split("/")[0],
        "trace": trace(client, experiment_id),
    }
    print("experiment:", experiment_id, "run:", run_id)
    print("results:", json.dumps(results))


def trace(client, experiment_id):
    """The names of the spans that a search finds, or None where the version knows no traces."""
    if not hasattr(mlflow, "start_span"):
        return None
    with mlflow.start_span("outer"), mlflow.start_span("inner"):
        pass
    if hasattr(mlflow, "flush_trace_async_logging"):
        mlflow.flush_trace_async_logging()
    traces = client.search_traces(experiment_ids=[experiment_id])
    return sorted(span.name for one in traces for span in one.data.spans)


if __name__ == "__main__":
    main()
