// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import com.sun.management.OperatingSystemMXBean;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the webhook client with the bare HTTP client under it, against one receiver: {@code
 * receiver <port>} in one process, then {@code <port> <seconds> <in flight>} in another. Logs the
 * rates, and the processor time of each request, which scatters less on a busy machine.
 */
public final class WebhookThroughput {
  private static final byte[] BODY = "x".repeat(1024).getBytes(StandardCharsets.US_ASCII);

  private static final int ROUNDS = 6;
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final Logger log = LoggerFactory.getLogger(WebhookThroughput.class);

  private WebhookThroughput() {}

  /** Runs the receiver or the comparison. */
  public static void main(String[] args) throws Exception {
    Vertx vertx = Vertx.vertx();
    if (args[0].equals("receiver")) {
      vertx
          .createHttpServer()
          .requestHandler(
              request ->
                  request.body().onSuccess(body -> request.response().setStatusCode(204).end()))
          .listen(Integer.parseInt(args[1]), "127.0.0.1");
      return;
    }
    int port = Integer.parseInt(args[0]);
    int seconds = Integer.parseInt(args[1]);
    int concurrent = Integer.parseInt(args[2]);
    Supplier<CompletionStage<Boolean>> bare = bareVertx(vertx, port, concurrent);
    Supplier<CompletionStage<Boolean>> ours = webhooks(vertx, port, concurrent);
    for (int round = 0; round < ROUNDS; round++) {
      log.info("bare client: {}", rate(bare, seconds, concurrent));
      log.info("webhooks:    {}", rate(ours, seconds, concurrent));
    }
    System.exit(0);
  }

  private static String rate(Supplier<CompletionStage<Boolean>> call, int seconds, int concurrent)
      throws InterruptedException {
    Semaphore free = new Semaphore(concurrent);
    LongAdder done = new LongAdder();
    LongAdder failed = new LongAdder();
    long cpuStart = PROCESS.getProcessCpuTime();
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end) {
      free.acquire();
      call.get()
          .whenComplete(
              (ok, cause) -> {
                (cause == null && ok ? done : failed).increment();
                free.release();
              });
    }
    free.acquire(concurrent);
    double perSecond = done.sum() * 1e9 / (System.nanoTime() - start);
    double cpuMicros = (PROCESS.getProcessCpuTime() - cpuStart) / 1e3 / done.sum();
    return String.format(
        Locale.ROOT,
        "%,8.0f/s, %6.1f µs of processor time each, %d failed",
        perSecond,
        cpuMicros,
        failed.sum());
  }

  private static Supplier<CompletionStage<Boolean>> bareVertx(
      Vertx vertx, int port, int concurrent) {
    HttpClientAgent http =
        vertx.createHttpClient(
            new HttpClientOptions(),
            new PoolOptions().setHttp1MaxSize(concurrent).setEventLoopSize(4));
    Buffer body = Buffer.buffer(BODY);
    return () ->
        http.request(
                new RequestOptions()
                    .setMethod(HttpMethod.POST)
                    .setHost("127.0.0.1")
                    .setPort(port)
                    .setURI("/hook"))
            .compose(request -> request.putHeader("content-type", "text/plain").send(body))
            .map(response -> response.statusCode() == 204)
            .toCompletionStage();
  }

  private static Supplier<CompletionStage<Boolean>> webhooks(
      Vertx vertx, int port, int concurrent) {
    WebhookClient client =
        WebhookClient.builder(vertx, Clock.systemUTC())
            .limits(WebhookLimits.defaults().withConnectionsPerHost(concurrent))
            .build();
    Destination destination =
        Destination.to("http://127.0.0.1:" + port + "/hook")
            .secret(Secret.generate(new SecureRandom()))
            .allowPrivate(true)
            .build();
    return () ->
        client
            .deliver(
                destination,
                new OutgoingRequest("msg_1", "text/plain", Map.of(), BODY),
                Optional.empty())
            .thenApply(outcome -> outcome instanceof Outcome.Delivered);
  }
}
