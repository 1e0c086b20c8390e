@NullMarked
package io.cade.agent.run;

import org.jspecify.annotations.NullMarked;
