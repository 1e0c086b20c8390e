package io.cade.proxy.ftp;

import io.cade.proxy.line.Dialer;
import io.cade.proxy.line.LineServices;
import io.cade.proxy.relay.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replays one login at a card: greeting, USER, PASS. A card that cannot be reached, does not greet
 * or breaks off is left for the next one; a card that refuses has decided. Owned by the visitor's
 * event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class FtpLogin {
  private static final int MAX_LINES = 64;

  /** What came of it. */
  sealed interface Outcome {
    /**
     * @param reply the card's lines, at most {@value #MAX_LINES}
     */
    record Taken(CardControl card, List<String> reply) implements Outcome {}

    /** The card said no. */
    record Refused(List<String> reply) implements Outcome {}

    /** None could be reached. */
    record NoCard() implements Outcome {}
  }

  private final LineServices services;
  private final Dialer dialer;
  private final Deadline deadline;
  private final String user;
  private final String password;
  private final Consumer<Outcome> then;
  private @Nullable CardControl card;
  private boolean greeted;
  private boolean over;

  /**
   * @param deadline free to be used until the outcome is told
   */
  FtpLogin(
      LineServices services,
      Dialer dialer,
      Deadline deadline,
      String user,
      String password,
      Consumer<Outcome> then) {
    this.services = services;
    this.dialer = dialer;
    this.deadline = deadline;
    this.user = user;
    this.password = password;
    this.then = then;
  }

  void begin() {
    greeted = false;
    dialer.next(line -> {
      if (over) {
        if (line != null) {
          line.channel().close();
        }
      } else if (line == null) {
        end(new Outcome.NoCard());
      } else {
        CardControl made =
            new CardControl(line, services, collecting(this::greeting), this::broken);
        card = made;
        deadline.in(services.limits().connectTimeout());
        made.begin();
      }
    });
  }

  /** The time allowed for a reply is over. */
  void expired() {
    if (!over && card != null) {
      card.close();
      broken();
    }
  }

  /** The visitor is gone. */
  void abandon() {
    over = true;
    if (card != null) {
      card.close();
    }
  }

  private void greeting(int code, List<String> lines) {
    if (code != 220) {
      dismiss();
      broken();
      return;
    }
    greeted = true;
    ask("USER " + user, this::afterUser);
  }

  private void afterUser(int code, List<String> lines) {
    switch (code) {
      case 331 -> ask("PASS " + password, this::afterPassword);
      case 230 -> taken(lines);
      case 421 -> {
        dismiss();
        broken();
      }
      default -> refused(lines);
    }
  }

  private void afterPassword(int code, List<String> lines) {
    switch (code) {
      case 230, 202 -> taken(lines);
      case 421 -> {
        dismiss();
        broken();
      }
      case 332 -> refused(List.of("530 This login needs an account, which is not supported."));
      default -> refused(lines);
    }
  }

  private void ask(String command, WholeReply then2) {
    deadline.in(services.limits().replyTimeout());
    if (card != null) {
      card.send(command, collecting(then2));
    }
  }

  private void taken(List<String> lines) {
    CardControl mine = card;
    if (mine != null) {
      mine.line().card().counters().request();
      end(new Outcome.Taken(mine, lines));
    }
  }

  private void refused(List<String> lines) {
    dismiss();
    end(new Outcome.Refused(lines));
  }

  private void dismiss() {
    if (card != null) {
      card.close();
    }
  }

  private void broken() {
    CardControl mine = card;
    if (over || mine == null) {
      return;
    }
    mine.line().card().counters().failure();
    if (!greeted) {
      mine.line().backend().health().connectionFailed("does not greet as FTP");
    }
    card = null;
    begin();
  }

  private void end(Outcome outcome) {
    over = true;
    deadline.clear();
    then.accept(outcome);
  }

  private interface WholeReply {
    void accept(int code, List<String> lines);
  }

  /** Gathers a whole reply. */
  private static CardControl.Replies collecting(WholeReply then) {
    List<String> lines = new ArrayList<>(2);
    return line -> {
      if (line.preliminary()) {
        return; // 120: wait
      }
      if (lines.size() < MAX_LINES || line.last()) {
        lines.add(line.text());
      }
      if (line.last()) {
        then.accept(line.code(), lines);
      }
    };
  }
}
