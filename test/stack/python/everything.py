# The SDK as the guide uses it, with no login code in it: run, metric, artifact up and down, model registration.
import os
import tempfile

import mlflow
from sklearn.linear_model import LinearRegression

mlflow.set_workspace("team-a")
mlflow.set_experiment("everything")
name = "model-" + os.urandom(4).hex()
with mlflow.start_run(run_name="sdk-quickstart") as run:
    mlflow.log_param("learning_rate", 2e-4)
    mlflow.log_metric("loss", 0.123)
    mlflow.log_text("hello " * 10000, "notes/hello.txt")
    model = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
    mlflow.sklearn.log_model(model, name="model", registered_model_name=name)

with tempfile.TemporaryDirectory() as folder:
    path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="notes/hello.txt", dst_path=folder)
    with open(path) as file:
        assert file.read() == "hello " * 10000
print("run:", run.info.run_id)
print("owner:", mlflow.get_run(run.info.run_id).info.user_id)
print("version:", mlflow.MlflowClient().get_model_version(name, "1").version)
