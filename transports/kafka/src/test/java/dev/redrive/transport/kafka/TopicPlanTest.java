// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.TransportException;
import dev.redrive.spi.Capabilities.Durability;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopicPlanTest {
  private static final KafkaTransportConfig CONFIG =
      KafkaTransportConfig.builder().retention(Duration.ofDays(10)).partitions(6).build();
  private static final Map<String, String> THREE =
      Map.of(
          "default.replication.factor", "3",
          "offsets.topic.replication.factor", "3",
          "transaction.state.log.replication.factor", "3",
          "transaction.state.log.min.isr", "2",
          "min.insync.replicas", "1");

  private final TopicPlan.Planner planner = planner(Map.of());

  private static TopicPlan.Planner planner(Map<String, String> settings) {
    return new TopicPlan.Planner(
        CONFIG, new Names("redrive", Optional.empty()), new Cluster(3, true, settings));
  }

  @Test
  void queue_is_made_as_configured() {
    Map<String, String> made = planner.queue("orders").made().configs();

    assertThat(planner.queue("orders").made().numPartitions()).isEqualTo(6);
    assertThat(made)
        .containsEntry("retention.ms", Long.toString(Duration.ofDays(10).toMillis()))
        .containsEntry("retention.bytes", "-1")
        .containsEntry("cleanup.policy", "delete")
        .doesNotContainKey("min.insync.replicas");
  }

  @Test
  void what_has_three_copies_must_have_two_before_it_is_acknowledged() {
    assertThat(planner(THREE).queue("orders").made().configs())
        .containsEntry("min.insync.replicas", "2");
  }

  @Test
  void ladder_keeps_a_message_longer_than_it_holds_it() {
    assertThat(planner.ladder()).hasSize(Ladder.LEVELS + 1);
    for (int level = 0; level < Ladder.LEVELS; level++) {
      TopicPlan plan = planner.ladder().get(level);

      assertThat(Long.parseLong(plan.made().configs().get("retention.ms")))
          .isEqualTo(Ladder.hold(level).plusDays(14).toMillis());
      assertThat(plan.made().configs()).containsEntry("message.timestamp.type", "LogAppendTime");
    }
  }

  @Test
  void what_is_made_is_accepted() {
    planner.ladder().forEach(plan -> assertThat(plan.check(there(plan, 1, Map.of()))).isEmpty());
    assertThat(planner.queue("orders").check(there(planner.queue("orders"), 6, Map.of())))
        .isEmpty();
    assertThat(planner.dead("orders").check(there(planner.dead("orders"), 1, Map.of()))).isEmpty();
  }

  @Test
  void queue_that_keeps_messages_too_short_is_refused() {
    TopicPlan plan = planner.queue("orders");

    assertThatThrownBy(() -> plan.check(there(plan, 6, Map.of("retention.ms", "3600000"))))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("orders")
        .hasMessageContaining("retention.ms is 3600000")
        .hasMessageContaining("set it to 864000000 or more");
    assertThat(plan.check(there(plan, 6, Map.of("retention.ms", "-1")))).isEmpty();
  }

  @Test
  void queue_that_is_compacted_is_refused() {
    TopicPlan plan = planner.queue("orders");

    for (String policy : new String[] {"compact", "compact,delete", "delete, compact"}) {
      assertThatThrownBy(() -> plan.check(there(plan, 6, Map.of("cleanup.policy", policy))))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("cleanup.policy is " + policy);
    }
  }

  @Test
  void what_may_be_a_mistake_is_told() {
    TopicPlan plan = planner.queue("orders");

    assertThat(plan.check(there(plan, 6, Map.of("retention.bytes", "1000"))))
        .singleElement()
        .asString()
        .contains("retention.bytes is 1000");
    assertThat(plan.check(there(plan, 6, Map.of("max.message.bytes", "100000"))))
        .singleElement()
        .asString()
        .contains("max.message.bytes is 100000");
    assertThat(plan.check(new TopicTraits("orders", 6, 3, Map.of("min.insync.replicas", "1"))))
        .singleElement()
        .asString()
        .contains("min.insync.replicas");
    assertThat(plan.check(new TopicTraits("orders", 6, 1, Map.of("min.insync.replicas", "1"))))
        .isEmpty();
    assertThat(plan.check(new TopicTraits("orders", 6, 3, Map.of())))
        .singleElement()
        .asString()
        .contains("unseen");
  }

  @Test
  void dead_letters_lie_in_one_compacted_partition() {
    TopicPlan plan = planner.dead("orders");

    assertThatThrownBy(() -> plan.check(there(plan, 2, Map.of())))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("redrive.orders.dead has 2 partitions");
    assertThatThrownBy(() -> plan.check(there(plan, 1, Map.of("cleanup.policy", "delete"))))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("set it to compact");
    assertThatThrownBy(() -> plan.check(there(plan, 1, Map.of("cleanup.policy", "compact,delete"))))
        .isInstanceOf(TransportException.class);
  }

  @Test
  void what_waits_in_line_is_never_deleted() {
    TopicPlan plan = planner.parked("orders", 7);

    assertThat(plan.name()).isEqualTo("redrive.orders.parked");
    assertThat(plan.made().numPartitions()).isEqualTo(7);
    assertThat(plan.made().configs())
        .containsEntry("cleanup.policy", "compact")
        .containsEntry("retention.ms", "-1");
    assertThat(plan.check(there(plan, 9, Map.of()))).isEmpty();
    assertThatThrownBy(() -> plan.check(there(plan, 7, Map.of("cleanup.policy", "delete"))))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("what waits in line");
  }

  @Test
  void ladder_that_forgets_or_tells_another_time_is_refused() {
    TopicPlan plan = planner.ladder().get(19);

    assertThatThrownBy(() -> plan.check(there(plan, 1, Map.of("retention.ms", "604800000"))))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("redrive.hold.19");
    assertThatThrownBy(
            () -> plan.check(there(plan, 1, Map.of("message.timestamp.type", "CreateTime"))))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("LogAppendTime");
    assertThat(plan.check(there(plan, 5, Map.of()))).as("more partitions").isEmpty();
  }

  @Test
  void power_cut_is_survived_by_what_lies_on_several_machines() {
    assertThat(durability(THREE)).isEqualTo(Durability.POWER_CUT);
    assertThat(durability(Map.of())).isEqualTo(Durability.PROCESS_CRASH);
    THREE.keySet().stream()
        .filter(key -> !key.equals("min.insync.replicas"))
        .forEach(
            key -> {
              Map<String, String> less = new HashMap<>(THREE);
              less.put(key, "1");
              assertThat(durability(less)).as(key).isEqualTo(Durability.PROCESS_CRASH);
            });
    Map<String, String> unclean = new HashMap<>(THREE);
    unclean.put("unclean.leader.election.enable", "true");
    assertThat(durability(unclean)).isEqualTo(Durability.PROCESS_CRASH);
  }

  private static Durability durability(Map<String, String> settings) {
    return new Cluster(3, true, settings).durability(CONFIG);
  }

  /** A topic that was made by this plan, but for some settings. */
  private static TopicTraits there(
      TopicPlan plan, int partitions, Map<String, String> differences) {
    Map<String, String> settings = new HashMap<>(plan.made().configs());
    settings.putAll(differences);
    return new TopicTraits(plan.name(), partitions, 1, settings);
  }
}
