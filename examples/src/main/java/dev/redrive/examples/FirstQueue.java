// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import dev.redrive.Codec;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A message whose processing fails twice, and succeeds at the third attempt. */
public final class FirstQueue {
  private static final Logger log = LoggerFactory.getLogger(FirstQueue.class);

  private FirstQueue() {}

  /** Runs it, with a store in the folder {@code data}. */
  public static void main(String[] args) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    // snippet: first-queue
    try (Redrive redrive = Engine.open("embedded:./data")) {
      Queue<String> mails = redrive.queue(QueueOptions.builder("mails", Codec.text()).build());
      mails.handle(
          message -> {
            log.info("attempt {}: {}", message.attempt(), message.payload());
            if (message.attempt() < 3) {
              throw new IOException("the mail server is busy"); // so it is tried again, later
            }
            done.countDown();
          });
      mails.send("Dear Ada, …").toCompletableFuture().join(); // on the disk from here on
      done.await();
    }
    // end
  }
}
