// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

// snippet: first-queue
import dev.redrive.Codec;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

class FirstQueue {
  public static void main(String[] args) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    try (Redrive redrive = Engine.open("embedded:./data")) {
      Queue<String> mails = redrive.queue(QueueOptions.builder("mails", Codec.text()).build());
      mails.handle(
          message -> {
            System.out.println("attempt " + message.attempt() + ": " + message.payload());
            if (message.attempt() < 3) {
              throw new IOException("the mail server is busy"); // so it is tried again, later
            }
            done.countDown();
          });
      mails.send("Dear Ada").toCompletableFuture().join(); // on the disk from here on
      done.await();
    }
  }
}
// end
