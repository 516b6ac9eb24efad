// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.Board;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Plays the demo against a server, and checks its figures. */
public final class Demo {
  private final Api api;
  private final Board board;
  private final Stage stage;
  private final Duration tick;

  /**
   * A demo.
   *
   * @param api a server that has none of the demo's queues
   * @param board where it is shown
   * @param stage how it is shown
   * @param tick the beat of the play: 100 ms is right for the eye
   */
  public Demo(Api api, Board board, Stage stage, Duration tick) {
    this.api = api;
    this.board = board;
    this.stage = stage;
    this.tick = tick;
  }

  /**
   * What came of it.
   *
   * @param isSound true if all figures add up
   * @param json the figures
   */
  public record Outcome(boolean isSound, ObjectNode json) {}

  /** Plays it to its end. */
  public Outcome play() throws IOException, InterruptedException {
    Signature signature = new Signature(new SecureRandom());
    try (Receiver receiver = new Receiver(signature);
        Watch watch = new Watch(api)) {
      Play play = new Play(api, receiver, signature, stage, tick);
      play.prepare();
      play.calm();
      play.outage();
      play.recovery();
      play.deadLetters();
      play.replay();
      play.untilTold(watch);
      Map<String, Counts> counts = play.counts();
      Audit audit = new Audit(play.sent(), counts, receiver, watch);
      stage.summary(counts, receiver, audit);
      return outcome(counts, audit);
    } finally {
      board.close();
    }
  }

  private static Outcome outcome(Map<String, Counts> counts, Audit audit) {
    ObjectNode json = Api.object();
    ArrayNode queues = json.putArray("queues");
    counts.forEach(
        (queue, count) ->
            queues
                .addObject()
                .put("name", queue)
                .put("sent", count.sent())
                .put("succeeded", count.succeeded())
                .put("dead", count.dead())
                .put("attempts", audit.attempts(queue)));
    ArrayNode checks = json.putArray("checks");
    List<Finding> findings = audit.findings();
    findings.forEach(
        finding ->
            checks
                .addObject()
                .put("claim", finding.claim())
                .put("holds", finding.isTrue())
                .put("figures", finding.figures()));
    boolean isSound = findings.stream().allMatch(Finding::isTrue);
    return new Outcome(isSound, json.put("sound", isSound));
  }
}
