/** Who proposes amendments (and may take them back), and who approves them. */
export const MAY_PROPOSE = "policy.propose";
export const MAY_APPROVE = "policy.approve";
