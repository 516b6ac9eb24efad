// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.cli.RealServer;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.Board;
import dev.redrive.cli.screen.Paint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DemoTest {

  @Test
  void it_ends_by_itself_and_its_figures_add_up(@TempDir Path folder)
      throws IOException, InterruptedException {
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(seen, true, StandardCharsets.UTF_8);
    try (RealServer server = new RealServer(folder);
        Board board = new Board(out, false, 80)) {
      Api api = new Api(URI.create(server.url()), Optional.empty());
      Stage stage = new Stage(board, new Paint(false), 80);

      Demo.Outcome outcome = new Demo(api, board, stage, Duration.ofMillis(20)).play();

      assertThat(outcome.isSound()).as(outcome.json().toPrettyString()).isTrue();
      assertThat(seen.toString(StandardCharsets.UTF_8))
          .contains("HTTP 422")
          .contains("2 died again")
          .contains("✓ It accepted none twice")
          .doesNotContain("✗");
    }
  }

  @Test
  void a_figure_that_does_not_add_up_is_found(@TempDir Path folder)
      throws IOException, InterruptedException {
    Parcel parcel = new Shop().order();
    Signature signature = new Signature(new SecureRandom());
    try (RealServer server = new RealServer(folder);
        Receiver receiver = new Receiver(signature);
        Watch watch = new Watch(new Api(URI.create(server.url()), Optional.empty()))) {
      Map<String, Counts> counts =
          Map.of(Shop.ORDERS, new Counts(1, 0, 0, 0, 1, 0, 0)); // Never delivered, it says.

      List<Finding> findings = new Audit(List.of(parcel), counts, receiver, watch).findings();

      assertThat(findings)
          .filteredOn(finding -> !finding.isTrue())
          .extracting(Finding::claim)
          .containsExactly("It accepted each succeeded message");
    }
  }
}
