// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.TransportException;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.transport.kafka.Destinations.Standing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GravesTest {
  private final Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:1"));
  private final Destinations destinations =
      new Destinations(admin, new VirtualTime().environment(1).timers());

  @AfterEach
  void close() {
    admin.close();
  }

  private Graves graves(CompletableFuture<Void> made) {
    return new Graves(queue -> made, new Names("redrive", Optional.empty()), destinations);
  }

  private static CompletableFuture<Void> failed(Throwable cause) {
    return CompletableFuture.failedFuture(
        new TransportException("cannot make the topic redrive.orders.dead", cause));
  }

  @Test
  void what_the_cluster_refuses_is_known_with_its_reason() {
    Graves graves = graves(failed(new TopicAuthorizationException("denied")));

    graves.look(Set.of("orders"));

    assertThat(graves.standing("orders")).isEqualTo(Standing.GONE);
    assertThat(graves.why("orders")).isEqualTo("cannot make the topic redrive.orders.dead");
  }

  @ParameterizedTest
  @MethodSource
  void what_may_pass_is_waited_for(ApiException cause) {
    Graves graves = graves(failed(cause));

    graves.look(Set.of("orders"));

    assertThat(graves.standing("orders")).isEqualTo(Standing.AWAITED);
  }

  static List<ApiException> what_may_pass_is_waited_for() {
    return List.of(
        new TimeoutException("no answer"),
        new InvalidReplicationFactorException("two of three brokers are there"));
  }

  @Test
  void whoever_waits_for_the_cluster_can_be_interrupted() {
    Graves graves = graves(new CompletableFuture<>());
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> graves.look(Set.of("orders"))).isInstanceOf(InterruptException.class);
    assertThat(Thread.interrupted()).as("is told to whoever called").isTrue();
  }
}
