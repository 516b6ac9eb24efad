// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.MessageState;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.FaultProxy.Direction;
import dev.redrive.testkit.servers.PostgresServer;
import dev.redrive.testkit.servers.SqlServer;
import dev.redrive.transport.sql.SqlScene.Peer;
import dev.redrive.transport.sql.SqlScene.Worker;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Faults and processes that share a database, on a real PostgreSQL. What it does is one statement
 * each, so that of each the answer alone can be lost; elsewhere the answer to the beginning of a
 * transaction would be, and nothing done.
 */
class PostgresFaultsTest implements SqlFaultsContract {
  @Override
  public SqlServer server() {
    return PostgresServer.shared();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "settles");
    thread.setDaemon(true);
    thread.start();
  }

  @Test
  void send_whose_answer_was_lost_is_a_duplicate_when_it_is_repeated() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      Peer process = scene.process();
      process.proxy.drop(Direction.TO_CLIENT);

      CompletableFuture<List<PublishResult>> sent =
          process
              .transport
              .publish(SqlScene.QUEUE, List.of(scene.message("m")))
              .toCompletableFuture();
      awaitRows(scene, "id = 'm'", 1);
      process.proxy.heal();

      assertThatThrownBy(() -> sent.get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(TransportException.class);
      process.awaitBack();
      PublishResult again =
          SqlScene.await(process.transport.publish(SqlScene.QUEUE, List.of(scene.message("m"))))
              .get(0);
      assertThat(again).isInstanceOf(PublishResult.Duplicate.class);
      assertThat(((PublishResult.Duplicate) again).state()).isEqualTo(MessageState.READY);
    }
  }

  @Test
  void settlement_whose_answer_was_lost_is_unknown_and_holds() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      Peer process = scene.process();
      scene.send(process, "m");
      Worker worker = SqlScene.worker(process, LONG);
      InMessage message = worker.next();
      process.proxy.drop(Direction.TO_CLIENT);

      CompletableFuture<Settled> ack =
          CompletableFuture.supplyAsync(() -> worker.ack(message), PostgresFaultsTest::start);
      awaitRows(scene, "state = 2", 1);
      process.proxy.heal();

      assertThat(ack.get(60, TimeUnit.SECONDS)).isEqualTo(Settled.UNKNOWN);
      process.awaitBack();
      assertThat(worker.ack(message)).as("it was done the first time").isEqualTo(Settled.STALE);
      assertThat(SqlScene.await(process.transport.stats(SqlScene.QUEUE)).succeeded()).isEqualTo(1);
    }
  }

  private static void awaitRows(SqlScene scene, String where, int count) {
    Poll.until(
        where,
        SqlScene.BOUND,
        () -> {
          try (Connection connection = scene.connection()) {
            return Query.of("SELECT count(*) FROM redrive_q1_orders WHERE " + where)
                .first(connection, row -> row.getInt(1) == count)
                .orElse(false);
          } catch (SQLException failure) {
            throw new AssertionError(failure);
          }
        });
  }

  @Test
  void claim_whose_answer_was_lost_comes_again_before_its_leases_end() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      Peer process = scene.process();
      Worker worker = SqlScene.worker(process, LONG);
      Peer other = scene.process();
      process.proxy.drop(Direction.TO_CLIENT);
      scene.send(other, "m");
      worker.subscription().request(1);
      awaitRows(scene, "lease_until > 0", 1);
      process.proxy.heal();

      InMessage message = worker.arrived();
      assertThat(message.attempt()).isEqualTo(1);
      assertThat(worker.ack(message)).isEqualTo(Settled.DONE);
    }
  }

  @Test
  void server_that_takes_no_changes_is_left_until_it_does() throws Exception {
    try (SqlScene scene = new SqlScene(server())) {
      Peer process = scene.process();
      Worker worker = SqlScene.worker(process, LONG);
      scene.send(process, "m");
      InMessage message = worker.next();
      String database = scene.database();
      scene.run("ALTER DATABASE " + database + " SET default_transaction_read_only = on");
      process.proxy.reset();

      Poll.until("DOWN", SqlScene.BOUND, () -> process.states.contains(TransportState.DOWN));
      assertThat(worker.ack(message)).isEqualTo(Settled.UNKNOWN);
      scene.run(
          "SET default_transaction_read_only = off",
          "ALTER DATABASE " + database + " SET default_transaction_read_only = off");

      process.awaitBack();
      assertThat(worker.ack(message)).isEqualTo(Settled.DONE);
    }
  }
}
