// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what teaches a shell to complete redrive's words. */
@Command(
    name = "completion",
    header = "Print a completion script for bash or zsh.",
    footerHeading = "%nExample:%n",
    footer = "  source <(redrive completion bash)")
final class CompletionCommand implements Runnable {

  /** A shell. */
  enum Shell {
    bash,
    zsh
  }

  private final Session session;

  @Parameters(index = "0", paramLabel = "SHELL", description = "bash or zsh.")
  Shell shell = Shell.bash;

  @Spec CommandSpec spec;

  CompletionCommand(Session session) {
    this.session = session;
  }

  // The script is one for both: under zsh it loads bash's way of completing first.
  @Override
  public void run() {
    String script = AutoComplete.bash("redrive", spec.root().commandLine());
    session.terminal().out().print(script.endsWith("\n") ? script : script + "\n");
  }
}
