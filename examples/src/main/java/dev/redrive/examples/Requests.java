// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import dev.redrive.Codec;
import dev.redrive.Context;
import dev.redrive.Origin;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.telemetry.opentelemetry.OpenTelemetryTracer;
import io.opentelemetry.api.GlobalOpenTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** What is known of a request goes along with its messages, and with those that these cause. */
class Requests {
  public static void main(String[] args) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(2);
    // snippet: context-opentelemetry
    Redrive redrive =
        Engine.builder()
            .transport("memory:")
            .tracer(new OpenTelemetryTracer(GlobalOpenTelemetry.get()))
            .open();
    // end
    try (redrive) {
      Queue<String> orders = redrive.queue(QueueOptions.builder("orders", Codec.text()).build());
      Queue<String> mails = redrive.queue(QueueOptions.builder("mails", Codec.text()).build());
      // snippet: context-handler
      orders.handle(
          order -> {
            Context context = Context.current().orElseThrow();
            Duration patience = context.remaining().orElse(Duration.ofSeconds(30));
            reserve(order.payload(), patience);
            mails.send("confirm " + order.payload()); // of the same request, with its deadline
            mails.send(Outgoing.of("count it").withoutDeadline()); // whoever waits or not
          });
      // end
      mails.handle(
          mail -> {
            String request = Context.current().flatMap(Context::requestId).orElse("none");
            System.out.println(mail.payload() + ", request " + request);
            done.countDown();
          });
      Map<String, String> headers = Map.of("X-Request-Id", "r-17");
      // snippet: context-origin
      Origin origin = Origin.of(headers).withDeadline(Instant.now().plusSeconds(20));
      origin.wrap(() -> orders.send("order 5")).run();
      // end
      done.await();
    }
  }

  private static void reserve(String order, Duration patience) {
    System.out.println(order + " within " + patience.toSeconds() + " s");
  }
}
