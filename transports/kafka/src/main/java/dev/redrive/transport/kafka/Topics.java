// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics that a queue needs, unless they are there, and looks at those that are. All of
 * it may be done again, by several processes at once. Thread-safe; nothing here blocks, and stages
 * complete on the environment's executor.
 */
final class Topics {
  private static final Logger log = LoggerFactory.getLogger(Topics.class);

  /** Brokers hear one after another that a topic was made. */
  private static final Duration HEARSAY = Duration.ofMillis(200);

  private static final int HEARSAY_MAX = 50;

  private final Admin admin;
  private final Environment environment;
  private final Names names;
  private final TopicPlan.Planner planner;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  // Guarded by this; empty until asked for, and after a failure.
  private @Nullable CompletionStage<Map<String, TopicTraits>> ladder;

  Topics(
      Admin admin,
      KafkaTransportConfig config,
      Names names,
      Cluster cluster,
      Environment environment) {
    this.admin = admin;
    this.environment = environment;
    this.names = names;
    this.planner = new TopicPlan.Planner(config, names, cluster);
  }

  /**
   * Sees to it that a queue's topic, its dead letters' and the ladder are there, and, of an ordered
   * queue, the topic of what waits in line.
   *
   * @return what the queue's topic is like; fails with {@link TransportException} if something
   *     cannot be made, or is there and cannot be used
   */
  CompletionStage<TopicTraits> provision(String queue, boolean isOrdered) {
    if (names.isShared(queue)) {
      return CompletableFuture.failedStage(
          new TransportException(
              "queue " + queue + " cannot be: Redrive keeps other messages in this topic"));
    }
    return ladder()
        .thenCompose(done -> ensured(List.of(planner.queue(queue), planner.dead(queue))))
        .thenApplyAsync(traits -> Objects.requireNonNull(traits.get(queue)), environment.executor())
        .thenCompose(
            traits -> (isOrdered ? park(traits) : checkUnparked(queue)).thenApply(done -> traits));
  }

  /** Messages are parked in the partition that has the number of theirs. */
  private CompletionStage<Void> park(TopicTraits queue) {
    TopicPlan plan = planner.parked(queue.name(), queue.partitions());
    return ensured(List.of(plan))
        .thenCompose(
            there -> {
              if (Objects.requireNonNull(there.get(plan.name())).partitions()
                  >= queue.partitions()) {
                return CompletableFuture.completedStage(null);
              }
              NewPartitions more = NewPartitions.increaseTo(queue.partitions());
              return admin
                  .createPartitions(Map.of(plan.name(), more))
                  .all()
                  .toCompletionStage()
                  .exceptionally(
                      failure -> {
                        // Another process may have been quicker.
                        if (cause(failure) instanceof InvalidPartitionsException) {
                          return null;
                        }
                        throw explained("add partitions to", plan.name(), cause(failure));
                      });
            });
  }

  /** What waits in line there would never come. */
  private CompletionStage<Void> checkUnparked(String queue) {
    TopicPlan parked = planner.parked(queue, 1);
    return all("find", descriptions(List.of(parked)), UnknownTopicOrPartitionException.class)
        .thenAccept(
            found -> {
              if (!found.isEmpty()) {
                throw new TransportException(
                    "queue %s was ordered, and messages may wait in line in topic %s; keep it ordered, or, when none waits, stop all processes that use the queue and delete that topic"
                        .formatted(queue, parked.name()));
              }
            });
  }

  /**
   * Sees to it that the topic of a queue's dead letters is there.
   *
   * @return fails with {@link TransportException} if it cannot be made, or cannot be used
   */
  CompletionStage<Map<String, TopicTraits>> dead(String queue) {
    return ensured(List.of(planner.dead(queue)));
  }

  /** Sees to it that the topics are there that all queues share; looks for them once. */
  synchronized CompletionStage<Map<String, TopicTraits>> ladder() {
    CompletionStage<Map<String, TopicTraits>> known = ladder;
    if (known == null || known.toCompletableFuture().isCompletedExceptionally()) {
      known = ensured(planner.ladder());
      ladder = known;
    }
    return known;
  }

  private CompletionStage<Map<String, TopicTraits>> ensured(List<TopicPlan> plans) {
    return missing(plans)
        .thenCompose(this::make)
        .thenCompose(done -> look(plans, HEARSAY_MAX))
        .thenApplyAsync(traits -> checked(plans, traits), environment.executor());
  }

  private CompletionStage<List<TopicPlan>> missing(List<TopicPlan> plans) {
    return all("find", descriptions(plans), UnknownTopicOrPartitionException.class)
        .thenApply(
            found -> plans.stream().filter(plan -> !found.containsKey(plan.name())).toList());
  }

  private Map<String, CompletionStage<TopicDescription>> descriptions(List<TopicPlan> plans) {
    return stages(
        admin.describeTopics(plans.stream().map(TopicPlan::name).toList()).topicNameValues());
  }

  private CompletionStage<Map<String, Boolean>> make(List<TopicPlan> missing) {
    if (missing.isEmpty()) {
      return CompletableFuture.completedStage(Map.of());
    }
    Map<String, CompletionStage<Boolean>> made = new HashMap<>();
    admin
        .createTopics(missing.stream().map(TopicPlan::made).toList())
        .values()
        .forEach((name, future) -> made.put(name, future.toCompletionStage().thenApply(v -> true)));
    // Another process may have been quicker.
    return all("make", made, TopicExistsException.class)
        .whenComplete(
            (names, failure) -> {
              if (names != null && !names.isEmpty()) {
                log.info("made the topics {}", names.keySet().stream().sorted().toList());
              }
            });
  }

  /** Looks at topics that are there, whether or not every broker knows that already. */
  private CompletionStage<Map<String, TopicTraits>> look(List<TopicPlan> plans, int tries) {
    return all("find", descriptions(plans), UnknownTopicOrPartitionException.class)
        .thenCombine(
            all("read the settings of", configs(plans), UnknownTopicOrPartitionException.class),
            Topics::traits)
        .thenCompose(
            traits -> {
              if (traits.size() == plans.size() || tries == 0) {
                return CompletableFuture.completedStage(traits);
              }
              CompletableFuture<Void> later = new CompletableFuture<>();
              environment.timers().after(HEARSAY, () -> later.complete(null));
              return later.thenCompose(now -> look(plans, tries - 1));
            });
  }

  private Map<String, CompletionStage<Config>> configs(List<TopicPlan> plans) {
    Map<String, CompletionStage<Config>> configs = new HashMap<>();
    admin
        .describeConfigs(
            plans.stream()
                .map(plan -> new ConfigResource(ConfigResource.Type.TOPIC, plan.name()))
                .toList())
        .values()
        .forEach(
            (topic, future) ->
                configs.put(
                    topic.name(), future.toCompletionStage().exceptionally(Topics::unseen)));
    return configs;
  }

  /** Whoever may not read the settings may use the topic all the same. */
  private static Config unseen(Throwable failure) {
    if (cause(failure) instanceof AuthorizationException) {
      return new Config(List.of());
    }
    throw new CompletionException(failure);
  }

  private static Map<String, TopicTraits> traits(
      Map<String, TopicDescription> descriptions, Map<String, Config> configs) {
    Map<String, TopicTraits> traits = new HashMap<>();
    descriptions.forEach(
        (name, description) -> {
          @Nullable Config config = configs.get(name);
          if (config != null) {
            traits.put(name, traits(description, config));
          }
        });
    return traits;
  }

  private static TopicTraits traits(TopicDescription description, Config config) {
    Map<String, String> settings = new HashMap<>();
    for (ConfigEntry entry : config.entries()) {
      @Nullable String value = entry.value();
      if (value != null) {
        settings.put(entry.name(), value);
      }
    }
    int copies =
        description.partitions().stream()
            .mapToInt(partition -> partition.replicas().size())
            .min()
            .orElse(0);
    return new TopicTraits(
        description.name(), description.partitions().size(), copies, Map.copyOf(settings));
  }

  private Map<String, TopicTraits> checked(List<TopicPlan> plans, Map<String, TopicTraits> there) {
    for (TopicPlan plan : plans) {
      @Nullable TopicTraits traits = there.get(plan.name());
      if (traits == null) {
        String text =
            "topic " + plan.name() + " is neither there nor can it be made; try again later";
        // Whoever asks for the cause is told that it may pass.
        throw new TransportException(text, new UnknownTopicOrPartitionException(text));
      }
      for (String doubt : plan.check(traits)) {
        if (told.add(plan.name() + doubt)) {
          log.warn("topic {}: {}", plan.name(), doubt);
        }
      }
    }
    return there;
  }

  private static <V> Map<String, CompletionStage<V>> stages(Map<String, KafkaFuture<V>> futures) {
    Map<String, CompletionStage<V>> stages = new HashMap<>();
    futures.forEach((name, future) -> stages.put(name, future.toCompletionStage()));
    return stages;
  }

  /** The answers about topics; those are left out that failed as expected. */
  private static <V> CompletionStage<Map<String, V>> all(
      String what, Map<String, CompletionStage<V>> asked, Class<? extends Exception> expected) {
    Map<String, V> answers = new ConcurrentHashMap<>();
    CompletableFuture<?>[] answered =
        asked.entrySet().stream()
            .map(
                each ->
                    each.getValue()
                        .thenAccept(answer -> answers.put(each.getKey(), answer))
                        .exceptionally(
                            failure -> {
                              if (expected.isInstance(cause(failure))) {
                                return null;
                              }
                              throw explained(what, each.getKey(), cause(failure));
                            })
                        .toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(answered).thenApply(done -> answers);
  }

  private static Throwable cause(Throwable failure) {
    @Nullable Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  private static TransportException explained(String what, String topic, Throwable failure) {
    String text = "cannot " + what + " the topic " + topic + ": " + failure.getMessage();
    if (failure instanceof AuthorizationException) {
      text += "; allow it to Redrive's user, or make the topic yourself";
    }
    if (failure instanceof InvalidReplicationFactorException) {
      text += "; set the transport's option replication to the number of brokers at most";
    }
    return new TransportException(text, failure);
  }
}
