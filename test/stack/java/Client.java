// Writes a run as docs/clients.md says, or, as "stock", with what the environment says; prints it as the server has it.

import org.mlflow.api.proto.Service.Run;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

class Client {
  public static void main(String[] args) {
    var stock = args.length == 1 && args[0].equals("stock");
    var client = stock ? new MlflowClient() : withCredentials();

    var experiment = client.createExperiment("java-" + java.util.UUID.randomUUID());
    var id = client.createRun(experiment).getRunId();
    client.logParam(id, "learning_rate", "0.1");
    client.logMetric(id, "loss", 0.5);
    Run run = client.getRun(id);
    System.out.println("found: " + client.searchRuns(java.util.List.of(experiment), "params.learning_rate = '0.1'").size());
    System.out.println("metric: " + run.getData().getMetrics(0).getValue());
    System.out.println("artifacts: " + run.getInfo().getArtifactUri());
  }

  static MlflowClient withCredentials() {
    var uri = System.getenv("MLFLOW_TRACKING_URI");
    var username = System.getenv("MLFLOW_TRACKING_USERNAME");
    if (username == null) return new MlflowClient(new BasicMlflowHostCreds(uri, System.getenv("MLFLOW_TRACKING_TOKEN")));
    return new MlflowClient(new BasicMlflowHostCreds(uri, username, System.getenv("MLFLOW_TRACKING_PASSWORD")));
  }
}
