// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import dev.redrive.Codec;
import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetters;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.RejectedException;
import dev.redrive.retry.RetryPolicy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** A message that cannot be processed is kept, seen, and sent again once the reason is gone. */
class Mending {
  public static void main(String[] args) throws InterruptedException {
    CountDownLatch died = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    AtomicBoolean isAddressKnown = new AtomicBoolean();
    try (Redrive redrive = Engine.open("memory:")) {
      // snippet: policy
      RetryPolicy policy =
          RetryPolicy.builder()
              .backoff(Backoff.exponential(Duration.ofSeconds(1), Duration.ofMinutes(5)))
              .attempts(8)
              .onStatus(409)
              .deadLetter()
              .build();
      Queue<String> mails =
          redrive.queue(
              QueueOptions.builder("mails", Codec.text())
                  .policy(policy)
                  .concurrency(4)
                  .onDeadLetter(letter -> died.countDown())
                  .build());
      // end
      // snippet: mending
      mails.handle(
          message -> {
            if (!isAddressKnown.get()) {
              throw new RejectedException("no such address"); // no further attempt can help
            }
            done.countDown();
          });
      mails.send(Outgoing.of("Dear Ada").id("mail-17")).toCompletableFuture().join();
      died.await();

      DeadLetters dead = mails.deadLetters();
      DeadLetter letter = dead.find("mail-17").toCompletableFuture().join().orElseThrow();
      System.out.println(letter.id() + ": " + letter.reason() + " at attempt " + letter.attempts());

      isAddressKnown.set(true); // somebody has mended it
      dead.replay(DeadLetterFilter.all(), 100).toCompletableFuture().join();
      done.await();
      // end
    }
  }
}
