// SPDX-License-Identifier: Apache-2.0
#include "kube/budget.h"

void budget_init(struct budget *budget, uint64_t most, uint64_t period_ms, uint64_t now)
{
	*budget = (struct budget){.period_ms = period_ms,
				  .most = most,
				  .saved = most * period_ms,
				  .then = now};
}

uint64_t budget_take(struct budget *budget, uint64_t now)
{
	budget->saved += now - budget->then;
	budget->then = now;
	if (budget->saved > budget->most * budget->period_ms)
		budget->saved = budget->most * budget->period_ms;
	if (budget->saved < budget->period_ms)
		return budget->period_ms - budget->saved;
	budget->saved -= budget->period_ms;
	return 0;
}
