mod agreement;
mod examples;
