// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.QueueStats;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.RealTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Fills a queue with more than the heap could hold and halts, or empties it. */
final class BacklogWorkload {
  private static final int BATCH = 200;
  private static final int CREDIT = 64;

  private BacklogWorkload() {}

  /** Arguments: the data folder, the number of messages, {@code fill} or a file for the result. */
  public static void main(String[] arguments) throws Exception {
    int messages = Integer.parseInt(arguments[1]);
    try (RealTime time = new RealTime(1);
        EmbeddedTransport transport =
            EmbeddedTransport.open(
                EmbeddedTransportConfig.builder(Path.of(arguments[0])).build(),
                time.environment())) {
      transport.provision(CrashWorkload.SPEC).toCompletableFuture().join();
      if (arguments[2].equals("fill")) {
        fill(transport, messages);
        Runtime.getRuntime().halt(0);
      }
      drain(transport, messages);
      QueueStats stats = transport.stats(CrashWorkload.QUEUE).toCompletableFuture().join();
      Files.writeString(Path.of(arguments[2]), stats.toString());
    }
  }

  private static void fill(EmbeddedTransport transport, int messages) {
    for (int i = 0; i < messages; i += BATCH) {
      List<OutMessage> batch = new ArrayList<>();
      for (int j = 0; j < BATCH; j++) {
        batch.add(
            new OutMessage("m" + (i + j), true, "", Instant.EPOCH, Map.of(), new byte[2_000]));
      }
      transport.publish(CrashWorkload.QUEUE, batch).toCompletableFuture().join();
    }
  }

  private static void drain(EmbeddedTransport transport, int messages) throws Exception {
    BlockingQueue<List<InMessage>> arrived = new LinkedBlockingQueue<>();
    Subscription subscription =
        transport.subscribe(
            CrashWorkload.QUEUE, new SubscribeOptions(Duration.ofMinutes(1)), arrived::add);
    subscription.request(CREDIT);
    int taken = 0;
    while (taken < messages) {
      List<Settlement> acks = new ArrayList<>();
      for (InMessage message : arrived.take()) {
        Lease lease = message.lease();
        acks.add(new Settlement.Ack(lease));
      }
      subscription.settle(acks).toCompletableFuture().join();
      taken += acks.size();
      subscription.request(acks.size());
    }
  }
}
