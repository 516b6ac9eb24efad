// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.UsageException;
import dev.redrive.retry.InvalidPolicyException;
import dev.redrive.retry.LoadBucket;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.retry.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what an outage would do under a retry policy. */
@Command(
    name = "simulate",
    header = "Show the load that an outage would make, and how long it takes to drain.",
    description =
        "Of the default policy with the settings that are named, or with --queue of a queue's. It is"
            + " computed: nothing is sent.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  redrive simulate --outage 10m --rate 200",
      "  redrive simulate --outage 60s --rate 80 --capacity 100 backoff=fixed first=5s attempts=20",
      "  redrive simulate --outage 60s --rate 80 --queue orders jitter=full"
    })
final class SimulateCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--outage",
      required = true,
      paramLabel = "DURATION",
      description = "How long the receiver is down.")
  Duration outage = Duration.ZERO;

  @Option(
      names = "--rate",
      required = true,
      paramLabel = "N",
      description = "How many messages come a second.")
  double rate;

  @Option(
      names = "--capacity",
      paramLabel = "N",
      description = "How many attempts a second it takes once it is back (default: any number).")
  double capacity = Double.POSITIVE_INFINITY;

  @Option(names = "--queue", paramLabel = "QUEUE", description = "Begin with this queue's policy.")
  @Nullable String queue;

  @Parameters(
      paramLabel = "KEY=VALUE",
      description = "Settings of the policy, as under `retry` in the configuration.")
  List<String> settings = List.of();

  SimulateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, Object> changes = changes();
    Map<String, Object> config = new LinkedHashMap<>(present());
    config.putAll(changes);
    try {
      show(RetryPolicy.parse(config));
      return Exit.DONE;
    } catch (InvalidPolicyException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new UsageException("Cannot simulate " + e.getMessage() + ".");
    }
  }

  private Map<String, Object> present() throws IOException, InterruptedException {
    if (queue == null) {
      return Map.of();
    }
    JsonNode retry = session.api().get(QueuesCommand.path(queue)).path("retry");
    return retry.isObject()
        ? Api.JSON.convertValue(retry, new TypeReference<Map<String, Object>>() {})
        : Map.of();
  }

  private Map<String, Object> changes() {
    Map<String, Object> changes = new LinkedHashMap<>();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new UsageException("'" + setting + "' is not KEY=VALUE.");
      }
      changes.put(setting.substring(0, equals), value(setting.substring(equals + 1)));
    }
    return changes;
  }

  private static Object value(String text) {
    return text.matches("[0-9]{1,9}") ? (Object) Integer.valueOf(text) : text;
  }

  private void show(RetryPolicy policy) {
    Simulation simulation = policy.simulate(outage, rate, capacity);
    if (session.isJson()) {
      session.print(json(simulation));
    } else {
      session.print(policy.toString());
      session.print(simulation.toString().stripTrailing());
    }
  }

  private static ObjectNode json(Simulation simulation) {
    ObjectNode json =
        Api.object()
            .put("outage", simulation.outage().toString())
            .put("messagesPerSecond", simulation.messagesPerSecond())
            .put("retries", simulation.retries())
            .put("dead", simulation.dead())
            .put("peakPerSecond", simulation.peakPerSecond())
            .put("waitingAtEnd", simulation.waitingAtEnd())
            .put("backlogMax", simulation.backlogMax())
            .put("timeToDrain", simulation.timeToDrain().toString())
            .put("bucketWidth", simulation.bucketWidth().toString());
    ArrayNode buckets = json.putArray("buckets");
    simulation.buckets().forEach(bucket -> buckets.add(json(bucket)));
    return json;
  }

  private static ObjectNode json(LoadBucket bucket) {
    return Api.object()
        .put("from", bucket.from().toString())
        .put("firstAttempts", bucket.firstAttempts())
        .put("retries", bucket.retries())
        .put("dead", bucket.dead())
        .put("waiting", bucket.waiting())
        .put("backlog", bucket.backlog());
  }
}
