// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.InvalidOptionsException;
import dev.redrive.TransportException;
import dev.redrive.cli.http.RefusedException;
import dev.redrive.cli.http.UnreachableException;
import dev.redrive.cli.screen.FailedException;
import dev.redrive.cli.screen.FileTrouble;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Terminal;
import dev.redrive.cli.screen.UsageException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what was thrown into a line or two for the person, and an exit code for the program. */
final class Errors implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final String INDENT = "       ";

  private final Terminal terminal;
  private final GlobalOptions options;

  Errors(Terminal terminal, GlobalOptions options) {
    this.terminal = terminal;
    this.options = options;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String help = "See: " + command.getCommandSpec().qualifiedName() + " --help";
    return fail(String.valueOf(e.getMessage()), Optional.of(meant(e) + help), Exit.USAGE);
  }

  private static String meant(ParameterException e) {
    List<String> near =
        e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
    return near.isEmpty() ? "" : "Did you mean " + String.join(" or ", near) + "?\n";
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    if (options.isDebug) {
      e.printStackTrace(terminal.err());
    }
    if (e instanceof UsageException) {
      return fail(
          String.valueOf(e.getMessage()),
          Optional.of("See: " + command.getCommandSpec().qualifiedName() + " --help"),
          Exit.USAGE);
    }
    if (e instanceof FailedException failed) {
      return fail(String.valueOf(e.getMessage()), Optional.of(failed.hint()), Exit.FAILED);
    }
    if (e instanceof InvalidOptionsException invalid && invalid.problems().size() > 1) {
      String each = String.join("\n", invalid.problems());
      return fail("the settings hold " + invalid.problems().size() + " mistakes:\n" + each);
    }
    if (e instanceof InvalidOptionsException || e instanceof TransportException) {
      return fail(FileTrouble.inWords(String.valueOf(e.getMessage())));
    }
    if (e instanceof UnreachableException) {
      return fail(
          String.valueOf(e.getMessage()),
          Optional.of("Start one with `redrive serve`, or say where it is: --url or REDRIVE_URL."),
          Exit.UNREACHABLE);
    }
    if (e instanceof RefusedException refused) {
      return fail(Refusal.message(refused), Refusal.hint(refused), Exit.FAILED);
    }
    if (e instanceof InterruptedException) {
      return fail("interrupted");
    }
    if (e instanceof FileSystemException file) {
      return fail(FileTrouble.of(file));
    }
    return fail(
        e.getClass().getSimpleName() + ": " + e.getMessage(),
        Optional.of("Run it again with --debug to see where this comes from."),
        Exit.FAILED);
  }

  private int fail(String message) {
    return fail(message, Optional.empty(), Exit.FAILED);
  }

  private int fail(String message, Optional<String> hint, int code) {
    Paint paint = terminal.paintErr();
    terminal.err().println(paint.red("error:") + " " + indented(message));
    hint.filter(text -> !text.isBlank())
        .map(text -> text.replace("`redrive ", "`" + terminal.command() + " "))
        .ifPresent(text -> terminal.err().println(INDENT + indented(text)));
    return code;
  }

  private static String indented(String text) {
    return text.lines().map(Paint::plain).collect(Collectors.joining("\n" + INDENT));
  }
}
