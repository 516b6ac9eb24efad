// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.Headline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The demo's scenes: a shop sends orders, payments and invoices through a server to a destination
 * that hiccups, goes down, and has a bug. All of it goes through the server's HTTP API. Used once,
 * by one thread.
 */
final class Play {
  private static final Duration REST_MAX = Duration.ofSeconds(60);
  private static final int CALM_TICKS = 45;
  private static final int OUTAGE_TICKS = 60;
  private static final int BREATH_TICKS = 10;
  private static final int READ_TICKS = 30;

  private final Api api;
  private final Receiver receiver;
  private final Signature signature;
  private final Stage stage;
  private final Duration tick;
  private final Shop shop = new Shop();
  private final List<Parcel> sent = new ArrayList<>();
  private final CountDownLatch never = new CountDownLatch(1);

  Play(Api api, Receiver receiver, Signature signature, Stage stage, Duration tick) {
    this.api = api;
    this.receiver = receiver;
    this.signature = signature;
    this.stage = stage;
    this.tick = tick;
  }

  /** All messages that were sent. */
  List<Parcel> sent() {
    return List.copyOf(sent);
  }

  /** Makes the queues. */
  void prepare() throws IOException, InterruptedException {
    for (String queue : Shop.QUEUES) {
      // All three go to one host here, whose breaker would hold orders for the bank's sake; and it
      // would leave nothing to see of what a policy does in an outage.
      ObjectNode settings = Api.object().put("concurrency", 8).put("breaker", false);
      settings
          .putObject("deliver")
          .put("url", receiver.url(queue))
          .put("secret", signature.secret())
          // Ample: a delivery that takes longer on a busy machine would come twice.
          .put("timeout", "30s")
          .put("allowPrivate", true);
      settings
          .putObject("retry")
          .put("backoff", "exponential")
          .put("first", "250ms")
          .put("max", "1s")
          .put("jitter", "equal")
          .put("attempts", 5);
      api.put("/v1/queues/" + queue, settings);
    }
  }

  void calm() throws IOException, InterruptedException {
    stage.scene(
        "A shop opens. Its orders, payments and invoices go out as webhooks, and the warehouse"
            + " hiccups now and then: those deliveries are retried.");
    for (int step = 0; step < CALM_TICKS; step++) {
      send(shop.order());
      send(shop.order());
      if (step % 2 == 0) {
        send(shop.payment());
        send(shop.invoice());
      }
      pause();
    }
  }

  void outage() throws IOException, InterruptedException {
    stage.scene(
        "The bank goes down. Payments are retried with growing delays, for as long as their policy"
            + " says; orders and invoices do not notice.");
    receiver.bankGoesDown();
    for (int step = 0; step < OUTAGE_TICKS; step++) {
      send(shop.order());
      if (step % 2 == 0) {
        send(shop.payment());
      }
      if (step % 3 == 0) {
        send(shop.invoice());
      }
      pause();
    }
  }

  void recovery() throws IOException, InterruptedException {
    stage.scene("The bank is back. What still waits is delivered by itself.");
    receiver.bankComesBack();
    pause(BREATH_TICKS);
    untilAtRest();
  }

  void deadLetters() throws IOException, InterruptedException {
    List<JsonNode> letters = letters();
    stage.scene(
        letters.size() + " messages could not be delivered. None is lost, and each says why:");
    Map<String, Integer> causes = new TreeMap<>();
    letters.forEach(letter -> causes.merge(cause(letter), 1, Integer::sum));
    causes.forEach((cause, count) -> stage.detail(count + " " + cause));
    for (JsonNode letter : letters) {
      if (letter.path("queue").asText().equals(Shop.PAYMENTS)) {
        stage.detail("");
        stage.detail("One of them, " + letter.path("id").asText() + ":");
        api.get("/v1/dead-letters/" + letter.path("id").asText())
            .path("history")
            .forEach(stage::transition);
        break;
      }
    }
    pause(READ_TICKS);
  }

  private static String cause(JsonNode letter) {
    return letter.path("queue").asText()
        + ", "
        + letter.path("reason").asText()
        + ": "
        + Headline.of(letter.path("failure").asText());
  }

  private List<JsonNode> letters() throws IOException, InterruptedException {
    List<JsonNode> letters = new ArrayList<>();
    api.get("/v1/dead-letters?limit=1000").path("items").forEach(letters::add);
    return letters;
  }

  void replay() throws IOException, InterruptedException {
    stage.scene("The invoice bug is mended, and the dead letters are sent again.");
    receiver.taxIsMended();
    pause(BREATH_TICKS);
    for (String queue : List.of(Shop.PAYMENTS, Shop.INVOICES)) {
      ObjectNode request = Api.object();
      request.putObject("select").put("queue", queue).put("all", true);
      long count = api.post("/v1/dead-letters:replay", request).path("replayed").asLong();
      stage.detail(count + " " + queue + " replayed");
    }
    untilAtRest();
    long left = letters().size();
    stage.detail(
        left == 0
            ? "all of them succeeded"
            : left + " died again: what nobody will ever accept stays where a person can see it");
    pause(BREATH_TICKS);
  }

  /** Waits until the events have told of every delivery that the destination saw. */
  void untilTold(Watch watch) throws IOException, InterruptedException {
    long ticks = REST_MAX.dividedBy(tick);
    for (long step = 0; step < ticks; step++) {
      watch.check();
      if (sent.stream().allMatch(parcel -> watch.started(parcel) >= receiver.received(parcel))) {
        return;
      }
      pause();
    }
  }

  /** What the server says of each queue. */
  Map<String, Counts> counts() throws IOException, InterruptedException {
    Map<String, Counts> counts = new LinkedHashMap<>();
    for (String queue : Shop.QUEUES) {
      counts.put(queue, Counts.of(api, queue));
    }
    return counts;
  }

  private void send(Parcel parcel) throws IOException, InterruptedException {
    receiver.expect(parcel);
    sent.add(parcel);
    api.post(
        "/v1/queues/" + parcel.queue() + "/messages",
        parcel.bytes(),
        Map.of("content-type", "application/json", "redrive-id", parcel.id()));
  }

  private void pause(int ticks) throws IOException, InterruptedException {
    for (int step = 0; step < ticks; step++) {
      pause();
    }
  }

  private void pause() throws IOException, InterruptedException {
    stage.show(counts());
    never.await(tick.toMillis(), TimeUnit.MILLISECONDS);
  }

  // Twice in a row, because a message that just died or was just replayed may be on its way.
  private void untilAtRest() throws IOException, InterruptedException {
    long ticks = REST_MAX.dividedBy(tick);
    int calm = 0;
    for (long step = 0; calm < 2; step++) {
      if (step > ticks) {
        throw new IOException(
            "the messages did not come to rest within " + REST_MAX.toSeconds() + " s");
      }
      calm = counts().values().stream().allMatch(Counts::isAtRest) ? calm + 1 : 0;
      pause();
    }
  }
}
