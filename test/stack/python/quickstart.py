# The guide's example of the SDK, with no login code in it: a parameter and a metric in team-a.
import mlflow

mlflow.set_workspace("team-a")  # workspace namespace → X-MLFLOW-WORKSPACE
mlflow.set_experiment("my-experiment")

with mlflow.start_run(run_name="sdk-quickstart") as run:
    mlflow.log_param("learning_rate", 2e-4)
    mlflow.log_metric("loss", 0.123)
    print("run:", run.info.run_id)
