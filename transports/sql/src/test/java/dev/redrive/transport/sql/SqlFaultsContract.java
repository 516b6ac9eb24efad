// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.testkit.servers.FaultProxy.Direction;
import dev.redrive.testkit.servers.SqlServer;
import dev.redrive.transport.sql.SqlScene.Peer;
import dev.redrive.transport.sql.SqlScene.Worker;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What happens between two steps, and among processes; the same on each real server. */
interface SqlFaultsContract {
  /** Longer than any test. */
  Duration LONG = Duration.ofHours(1);

  /** The server that the test may use as it likes, but not kill. */
  SqlServer server();

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "opens");
    thread.setDaemon(true);
    return thread;
  }

  @Test
  default void process_that_stands_still_past_its_lease_is_fenced() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      Peer still = scene.process();
      Peer other = scene.process();
      scene.send(other, "m");
      Worker late = SqlScene.worker(still, Duration.ofMillis(500));
      InMessage message = late.next();
      assertThat(late.begin(message)).isEqualTo(Settled.DONE);
      still.proxy.hold(Direction.TO_SERVER);

      Worker worker = SqlScene.worker(other, LONG);
      InMessage again = worker.next();
      assertThat(again.attempt()).as("it is taken for dead").isEqualTo(2);
      assertThat(again.crashes()).isEqualTo(1);
      still.proxy.heal();

      assertThat(late.ack(message)).isIn(Settled.STALE, Settled.UNKNOWN);
      assertThat(SqlScene.await(other.transport.stats(SqlScene.QUEUE)).running()).isEqualTo(1);
      assertThat(worker.ack(again)).isEqualTo(Settled.DONE);
      assertThat(SqlScene.await(other.transport.stats(SqlScene.QUEUE)).succeeded()).isEqualTo(1);
    }
  }

  @Test
  default void lease_that_ended_while_its_process_lives_counts_nothing() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      Peer slow = scene.process();
      Peer other = scene.process();
      scene.send(other, "m");
      Worker late = SqlScene.worker(slow, Duration.ofMillis(300));
      assertThat(late.begin(late.next())).isEqualTo(Settled.DONE);

      InMessage again = SqlScene.worker(other, LONG).next();

      assertThat(again.attempt()).isEqualTo(1);
      assertThat(again.crashes()).isZero();
    }
  }

  @Test
  default void outage_of_the_database_makes_no_living_process_a_crashed_one() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      Peer slow = scene.process();
      Peer quick = scene.process();
      scene.send(slow, "m");
      Worker late = SqlScene.worker(slow, Duration.ofMillis(500));
      assertThat(late.begin(late.next())).isEqualTo(Settled.DONE);
      Worker worker = SqlScene.worker(quick, LONG);
      worker.subscription().request(1);
      slow.proxy.cut();
      quick.proxy.cut();
      scene.awaitDead(2);

      quick.proxy.heal();
      quick.awaitBack();
      slow.proxy.heal();
      InMessage again = worker.arrived();

      assertThat(again.attempt()).isEqualTo(1);
      assertThat(again.crashes()).isZero();
    }
  }

  @Test
  default void what_another_process_sends_is_found() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      Worker worker = SqlScene.worker(scene.process(), LONG);
      worker.subscription().request(2);
      Peer other = scene.process();

      scene.send(other, "a");
      assertThat(worker.arrived().id()).isEqualTo("a");
      scene.send(other, "b");
      assertThat(worker.arrived().id()).isEqualTo("b");
    }
  }

  @Test
  default void message_joins_a_transaction_of_the_callers() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      Peer process = scene.process();
      Worker worker = SqlScene.worker(process, LONG);
      worker.subscription().request(2);
      Connection own = scene.connection();
      own.setAutoCommit(false);

      process.transport.publish(own, SqlScene.QUEUE, List.of(scene.message("undone")));
      own.rollback();
      assertThat(
              process.transport.publish(own, SqlScene.QUEUE, List.of(scene.message("committed"))))
          .containsExactly(PublishResult.Accepted.INSTANCE);
      assertThat(worker.inbox()).as("it is not committed").isEmpty();
      own.commit();
      process.transport.wake(SqlScene.QUEUE);

      assertThat(worker.arrived().id()).isEqualTo("committed");
      assertThat(SqlScene.await(process.transport.find(SqlScene.QUEUE, "undone"))).isEmpty();
    }
  }

  @Test
  default void tables_of_a_later_release_are_refused() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      scene.process();
      scene.run("INSERT INTO redrive_schema (version, readable_from, applied_at) VALUES (9, 9, 0)");

      assertThatThrownBy(() -> scene.transport(scene.config(scene.port()).build()))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("version 9")
          .hasMessageContaining("prefix");
      assertThat(scene.transport(scene.config(scene.port()).prefix("own").build())).isNotNull();
    }
  }

  @Test
  default void tables_of_a_later_release_that_can_be_worked_with_are_used() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      scene.process();
      scene.run("INSERT INTO redrive_schema (version, readable_from, applied_at) VALUES (9, 1, 0)");

      scene.send(scene.process(), "m");
    }
  }

  @Test
  default void processes_that_make_the_tables_at_once_all_succeed() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      List<CompletableFuture<Peer>> opened =
          IntStream.range(0, 4)
              .mapToObj(
                  i -> CompletableFuture.supplyAsync(scene::process, task -> thread(task).start()))
              .toList();

      for (int i = 0; i < opened.size(); i++) {
        scene.send(opened.get(i).get(60, TimeUnit.SECONDS), "m" + i);
      }
    }
  }
}
