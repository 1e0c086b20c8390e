package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.core.AgentEvent;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.Command;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AgentWordsTest {
  private final AgentWords words = new AgentWords();

  private static AgentEvent failed(AgentEvent.Exchange exchange, String cause) {
    return new AgentEvent.ExchangeFailed(exchange, AgentEvent.Failure.UNREACHABLE, cause);
  }

  private static AgentEvent asked(@Nullable Command command) {
    return new AgentEvent.AskAnswered(new AskReply(command));
  }

  @Test
  void anEngineThatIsAwayIsSaidOnceAndOnceThatItIsBack() {
    assertThat(words.of(failed(AgentEvent.Exchange.ASK, "refused")))
        .isEqualTo("ASK failed, UNREACHABLE: refused");
    assertThat(words.of(failed(AgentEvent.Exchange.ASK, "refused"))).isEmpty();
    assertThat(words.of(failed(AgentEvent.Exchange.ASK, "refused"))).isEmpty();
    assertThat(words.of(asked(null)))
        .isEqualTo("the engine answers again; 2 more attempts failed meanwhile");
    assertThat(words.of(asked(null))).isEmpty();
    assertThat(words.of(failed(AgentEvent.Exchange.ASK, "refused"))).isNotEmpty();
    assertThat(words.of(asked(null))).isEqualTo("the engine answers again");
  }

  @Test
  void anotherCauseAndAnotherExchangeAreNews() {
    assertThat(words.of(failed(AgentEvent.Exchange.ASK, "refused"))).isNotEmpty();
    assertThat(words.of(failed(AgentEvent.Exchange.REPORT, "refused"))).isNotEmpty();
    assertThat(words.of(failed(AgentEvent.Exchange.ASK, "no route"))).isNotEmpty();
    assertThat(words.of(failed(AgentEvent.Exchange.REPORT, "refused"))).isEmpty();
  }

  @Test
  void whoReadsTheLogIsNotToldThatHeReadsIt() {
    assertThat(words.of(asked(new Command.ReadLogs(7, "", 100, 0, 0)))).isEmpty();
    assertThat(words.of(asked(new Command.Ping(8)))).isEqualTo("command 8: Ping");
  }
}
